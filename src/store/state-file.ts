import { BugflowError, messageOf } from '../errors.js';
import { explainReadError } from '../files/explain-read-error.js';
import { readAtMost } from '../files/read-at-most.js';
import { writeAtomically } from '../files/write-atomically.js';

/** The service's own small state in one JSON file: sections by name, each read and written as a whole. */
export interface StateFile {
  /** Undefined when nothing was written yet. @throws BugflowError when the file is there and cannot be used. */
  read(section: string): Promise<unknown>;
  /** The other sections stay. @throws BugflowError */
  write(section: string, content: unknown): Promise<void>;
}

const VERSION = 1;
const MAX_BYTES = 64 * 2 ** 20;
/** Nobody else's business. */
const MODE = 0o600;

export function openStateFile(path: string): StateFile {
  const readAll = async (): Promise<Record<string, unknown>> => {
    let bytes: Buffer | undefined;
    try {
      bytes = await readAtMost(path, MAX_BYTES);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      throw failure(`cannot be read: ${explainReadError(error)}`, error);
    }
    if (bytes === undefined) throw failure('is larger than 64 MiB, so it is none that was written here');
    let content: unknown;
    try {
      content = JSON.parse(bytes.toString('utf8'));
    } catch (error) {
      throw failure('is no state file of taiga-bugflow; name another one, or move it away', error);
    }
    if (typeof content !== 'object' || content === null || !('version' in content))
      throw failure('is no state file of taiga-bugflow; name another one, or move it away');
    if (content.version !== VERSION)
      throw failure('was written by another version of taiga-bugflow; move it away');
    return content as Record<string, unknown>;
  };
  const failure = (reason: string, cause?: unknown): BugflowError =>
    new BugflowError('STATE_FILE', `state_file: ${path} ${reason}`, { cause });

  return {
    async read(section) {
      return (await readAll())[section];
    },
    async write(section, content) {
      const all = { ...(await readAll()), version: VERSION, [section]: content };
      try {
        await writeAtomically(path, JSON.stringify(all), MODE);
      } catch (error) {
        throw failure(`cannot be written: ${messageOf(error)}`, error);
      }
    },
  };
}
