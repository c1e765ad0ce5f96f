import type { Installation } from '../../src/main/installation.js';
import { HANG_MS } from './hang.js';

/** The installation with long timeouts for the shipped collectors: on a busy machine their own would be too short. */
export function unhurried({ config, library }: Installation): Installation {
  const collectors = library.collectors.map((collector) =>
    collector.shipped ? { ...collector, timeoutMs: HANG_MS } : collector,
  );
  return { config, library: { ...library, collectors } };
}
