import type { Logger } from 'pino';
import type { Access } from '../../store/store.js';
import type { StatusStore } from '../../taiga/statuses/status-memory.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { openServiceState, type ServiceState } from '../service-state.js';

/** What the service keeps over a restart. */
export interface StatePart extends Part {
  /** What is known of statuses; undefined where there is no state file. */
  statuses(): StatusStore | undefined;
  /** See {@link Part.isStuck}. */
  isStuck(): boolean;
}

export interface StatePartOptions {
  readonly installation: Installation;
  /** `read`: while the service runs that owns it. */
  readonly stateAccess: Access;
  readonly log: Logger;
}

/** @throws BugflowError when the configured file is damaged, none of ours, or another process's */
export async function createStatePart(options: StatePartOptions): Promise<StatePart> {
  const open = ({ config }: Installation): Promise<ServiceState> =>
    openServiceState(config.stateFile, options.stateAccess, (message) => options.log.warn(message));
  let { installation } = options;
  let state = await open(installation);
  /** Of an installation that is about to take over. */
  let next: ServiceState | undefined;
  // It is only read where it could not be written.
  const isStuck = (): boolean => state.file !== installation.config.stateFile;

  return {
    name: 'state',
    statuses: () => state.statuses,
    isStuck,
    settings: ({ config }) => config.stateFile,
    async accept(candidate) {
      next?.close();
      next = undefined;
      if (candidate !== installation && candidate.config.stateFile !== state.file)
        next = await open(candidate);
    },
    async stop() {
      state.close();
    },
    reload(accepted) {
      installation = accepted;
      if (next) state = next;
      next = undefined;
    },
  };
}
