import { hasCode } from '../base/errors.js';
import { type Access, openStore, type Store } from '../store/store.js';
import type { StatusStore } from '../taiga/statuses/status-memory.js';
import { createStatusStore } from './status-store.js';

/** The state that the service keeps over a restart. */
export interface ServiceState {
  /** The file that this process owns; undefined when there is none or it is only read. */
  readonly file: string | undefined;
  readonly statuses: StatusStore | undefined;
  /** For what only its owner does; undefined where this process does not own the file. */
  readonly store: Store | undefined;
  close(): void;
}

/**
 * Opens the configured state file, as its owner or only to read it beside the owner. When it cannot be written, `warn` is
 * called and the file is only read: a full disk is no reason to serve no metrics.
 * @throws BugflowError when the file is damaged, not one of this service, or owned by another process
 */
export async function openServiceState(
  file: string | undefined,
  access: Access,
  warn: (message: string) => void,
): Promise<ServiceState> {
  if (file === undefined) return { file, statuses: undefined, store: undefined, close: () => undefined };
  let owned: string | undefined = file;
  const store = await openStore(file, access).catch((error: unknown) => {
    if (!hasCode(error, 'STATE_FILE_UNWRITABLE')) throw error;
    warn(error.message);
    owned = undefined;
    return openStore(file, 'read');
  });
  const statuses = createStatusStore(store, warn);
  await assertUsable(store, statuses);
  return {
    file: owned,
    // To write what is only read would fail once more, and say so.
    statuses: owned === undefined ? { read: statuses.read } : statuses,
    store: owned === undefined || access === 'read' ? undefined : store,
    close: () => store.close(),
  };
}

async function assertUsable(store: Store, statuses: StatusStore): Promise<void> {
  try {
    await statuses.read();
  } catch (error) {
    store.close();
    throw error;
  }
}
