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
