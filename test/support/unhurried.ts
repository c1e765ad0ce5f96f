import type { Installation } from '../../src/main/installation.js';
import { HANG_MS } from './hang.js';

/** The installation with long timeouts for the shipped collectors: on a busy machine their own would be too short. */
export function unhurried(installation: Installation): Installation {
  const { library } = installation;
  const collectors = library.collectors.map((collector) =>
    collector.shipped ? { ...collector, timeoutMs: HANG_MS } : collector,
  );
  return { ...installation, library: { ...library, collectors } };
}
