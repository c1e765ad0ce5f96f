import { writeAtomically } from '../base/write-atomically.js';
import { outputError } from './output-error.js';

/** @throws BugflowError */
export async function writeJsonAtomically(path: string, content: unknown): Promise<void> {
  try {
    await writeAtomically(path, `${JSON.stringify(content, undefined, 2)}\n`);
  } catch (error) {
    throw outputError(error, path);
  }
}
