import { BugflowError, isDatabaseUnusable } from '../base/errors.js';
import type { Config } from '../config/config.js';
import { openStore } from '../store/store.js';
import { type ParameterValues, parameterValues } from '../taiga/parameters.js';
import type { Reader } from '../taiga/reader.js';
import { createStatusMemory } from '../taiga/statuses/status-memory.js';
import { createStatusStore } from './status-store.js';

/** The parameters for one-time readings as of one moment, including what is known about statuses. */
export interface LearnedValues {
  /** For the present, which the tables tell even when nothing is known about statuses. */
  readonly present: ParameterValues;
  /** For the past and for events. @throws BugflowError when what is known about statuses could not be read */
  past(): ParameterValues;
}

/**
 * Learns about statuses from history, and from the service's state file.
 * @throws BugflowError when the database cannot be used at all, or the state file is not one of this service
 */
export async function learnValues(config: Config, reader: Reader, now: Date): Promise<LearnedValues> {
  const { stateFile } = config;
  // The running service owns the file; here it is only read.
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
