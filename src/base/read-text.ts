import { isUtf8 } from 'node:buffer';
import { stat } from 'node:fs/promises';
import type { DocumentErrors } from './document.js';
import { BugflowError } from './errors.js';
import { explainReadError } from './explain-read-error.js';
import { readAtMost } from './read-at-most.js';

/** Files that people write have a few kilobytes; larger ones would only keep the parser busy. */
const MAX_BYTES = 128 * 1024;

/** Reads a text file that people write. @throws BugflowError that names file, line and fix */
export async function readText(file: string, errors: DocumentErrors): Promise<string> {
  let bytes: Buffer | undefined;
  try {
    if (errors.noPipes && (await stat(file)).isFIFO()) throw new Error('it is a pipe; write a file');
    bytes = await readAtMost(file, MAX_BYTES);
  } catch (error) {
    throw new BugflowError(errors.unreadable, `cannot read ${file}: ${explainReadError(error)}`, {
      cause: error,
    });
  }
  const refuse = (message: string, line: number): BugflowError =>
    new BugflowError(errors.invalid, message, { place: { file, line } });
  if (bytes === undefined) throw refuse('is larger than 128 KiB; is this the right file?', 1);
  if (!isUtf8(bytes))
    throw refuse(
      'is not UTF-8; save it in this encoding',
      lineThat(bytes, (line) => !isUtf8(line)),
    );
  const text = bytes.toString('utf8');
  const hidden = /(?![\t\r\n\u0085])\p{Cc}/u.exec(text);
  if (hidden) {
    const code = hidden[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const line = text.slice(0, hidden.index).split('\n').length;
    throw refuse(`there is a control character (U+${code}); remove it`, line);
  }
  return text;
}

function lineThat(bytes: Buffer, fits: (line: Buffer) => boolean): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf('\n', start);
    if (end < 0 || fits(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
