import { createReadStream } from 'node:fs';

/** The bytes of a file, or undefined when there are more than the limit: a device may never end. */
export async function readAtMost(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  // The end is the last byte that is read: one more than may be there.
  const stream = createReadStream(path, { end: maxBytes, highWaterMark: 16 * 1024 });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return bytes.length > maxBytes ? undefined : bytes;
}

/** A list of many thousand hosts, or of all certification authorities, is smaller. */
const NAMED_MAX_BYTES = 16 * 2 ** 20;

/** A file that a configuration names, whatever that may be. @throws the system's error, and one when it has no end */
export async function readNamedFile(path: string): Promise<Buffer> {
  const bytes = await readAtMost(path, NAMED_MAX_BYTES);
  if (bytes === undefined) throw new Error('it is larger than 16 MiB');
  return bytes;
}
