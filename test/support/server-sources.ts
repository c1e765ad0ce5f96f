import { NO_RUNBOOKS } from '../../src/server/runbooks/library.js';
import type { ServerSources } from '../../src/server/server.js';

/** What a server shows that nothing stands behind: no collectors, and a database that is well. */
export const IDLE_SOURCES: Omit<ServerSources, 'exposition' | 'web' | 'log'> = {
  version: '1.2.3',
  runners: () => [],
  openCircuits: () => new Map(),
  databaseUp: () => true,
  databaseTarget: () => 'db.example.org:5432',
  reload: undefined,
  rowSamples: () => true,
  runbooks: NO_RUNBOOKS,
  grafanaUrl: () => undefined,
};
