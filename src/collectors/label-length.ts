import { createHash } from 'node:crypto';

/** Every hosted Prometheus takes so long values of labels; some refuse whole scrapes over longer ones. In bytes. */
export const DEFAULT_MAX_LABEL_BYTES = 1000;

/** The largest number of bytes that a UTF-16 unit takes in UTF-8. */
const BYTES_PER_UNIT = 3;
/** Of the digest: enough to tell apart texts that begin alike. */
const DIGITS = 8;

/**
 * The value of a label, at most so many bytes long in UTF-8, as Prometheus counts. A longer one is cut at a character, and
 * ends with `…[0123abcd]`: a digest of all of it, so that different texts stay different, whatever else there is.
 */
export function fitLabelValue(value: string, maxBytes: number): string {
  if (value.length * BYTES_PER_UNIT <= maxBytes || Buffer.byteLength(value) <= maxBytes) return value;
  const mark = `…[${createHash('sha256').update(value).digest('hex').slice(0, DIGITS)}]`;
  return value.slice(0, cutAt(value, maxBytes - Buffer.byteLength(mark))) + mark;
}

/** Where to cut so that at most so many bytes remain: not within what people see as one character. */
function cutAt(value: string, maxBytes: number): number {
  let bytes = 0;
  let end = 0;
  for (const character of value) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  // A "character" of many combining marks may be longer than the limit.
  return new Intl.Segmenter().segment(value).containing(end)?.index || end;
}
