import type { Logger } from 'pino';
import type { Access, Store } from '../../store/store.js';
import type { StatusStore } from '../../taiga/statuses/status-memory.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { openServiceState, type ServiceState } from '../service-state.js';

/** The state that the service keeps over a restart. */
export interface StatePart extends Part {
  /** What is known about statuses; undefined without a state file. */
  statuses(): StatusStore | undefined;
  /** For what only its owner does; undefined without a state file of this process's own. */
  store(): Store | undefined;
  /** See {@link Part.isStuck}. */
  isStuck(): boolean;
}

export interface StatePartOptions {
  readonly installation: Installation;
  /** `read` beside a running service that owns the file. */
  readonly stateAccess: Access;
  readonly log: Logger;
}

/** @throws BugflowError when the file is damaged, not one of this service, or owned by another process */
export async function createStatePart(options: StatePartOptions): Promise<StatePart> {
  const open = ({ config }: Installation): Promise<ServiceState> =>
    openServiceState(config.stateFile, options.stateAccess, (message) => options.log.warn(message));
  let { installation } = options;
  let state = await open(installation);
  /** The state of the next installation, which is about to be used. */
  let next: ServiceState | undefined;
  // It differs where the file could not be written and is only read.
  const isStuck = (): boolean => state.file !== installation.config.stateFile;

  return {
    name: 'state',
    statuses: () => state.statuses,
    store: () => state.store,
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
