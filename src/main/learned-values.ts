import { type ParameterValues, parameterValues } from '../collectors/parameters.js';
import type { Reader } from '../collectors/reader.js';
import { createStatusMemory } from '../collectors/statuses/status-memory.js';
import type { Config } from '../config/config.js';
import { openStatusStore } from './status-store.js';

/**
 * What a single reading as of `now` binds, with what is known of statuses: from history, and from the state file that
 * the service keeps. @throws BugflowError
 */
export async function learnedValues(config: Config, reader: Reader, now: Date): Promise<ParameterValues> {
  const store = openStatusStore(config);
  const memory = createStatusMemory({
    reader,
    values: () => parameterValues(config, now),
    // The file is the running service's: others only read it.
    store: store && { read: store.read },
  });
  await memory.refresh();
  return parameterValues(config, now, null, memory.parameter());
}
