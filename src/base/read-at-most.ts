import { createReadStream } from 'node:fs';

/** The bytes of a file; undefined when there are more than the limit (a device may never end). */
export async function readAtMost(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  // `end` is inclusive, so this reads one byte more than the limit.
  const stream = createReadStream(path, { end: maxBytes, highWaterMark: 16 * 1024 });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return bytes.length > maxBytes ? undefined : bytes;
}

/** Larger than a list of many thousand hosts or of all certification authorities. */
const NAMED_MAX_BYTES = 16 * 2 ** 20;

/** Reads a file that the configuration names. @throws the system's error, or one when it is larger than 16 MiB */
export async function readNamedFile(path: string): Promise<Buffer> {
  const bytes = await readAtMost(path, NAMED_MAX_BYTES);
  if (bytes === undefined) throw new Error('it is larger than 16 MiB');
  return bytes;
}
