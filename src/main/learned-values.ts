import { BugflowError, isDatabaseUnusable } from '../base/errors.js';
import type { Config } from '../config/config.js';
import { openStore } from '../store/store.js';
import { type ParameterValues, parameterValues } from '../taiga/parameters.js';
import type { Reader } from '../taiga/reader.js';
import { createStatusMemory } from '../taiga/statuses/status-memory.js';
import { createStatusStore } from './status-store.js';

/** What single readings as of one moment bind, with what is known of statuses. */
export interface LearnedValues {
  /** For what is so now, which the tables tell even if nothing could be learned. */
  readonly present: ParameterValues;
  /** For what happened, or was so. @throws BugflowError when what is known of statuses could not be read. */
  past(): ParameterValues;
}

/**
 * Learns of statuses from history, and from the state file that the service keeps.
 * @throws BugflowError when the database cannot be used at all, or the state file is none of ours.
 */
export async function learnValues(config: Config, reader: Reader, now: Date): Promise<LearnedValues> {
  const { stateFile } = config;
  // The file is the running service's: others only read it.
  const store = stateFile === undefined ? undefined : await openStore(stateFile, 'read');
  const memory = createStatusMemory({
    reader,
    values: () => parameterValues(config, now),
    store: store && { read: createStatusStore(store).read },
  });
  try {
    await memory.refresh();
  } catch (error) {
    if (!(error instanceof BugflowError) || isDatabaseUnusable(error) || error.code === 'STATE_FILE')
      throw error;
    return {
      present: parameterValues(config, now),
      past() {
        throw error;
      },
    };
  } finally {
    store?.close();
  }
  const values = parameterValues(config, now, null, memory.parameter());
  return { present: values, past: () => values };
}
