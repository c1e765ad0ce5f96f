import { BugflowError } from '../../base/errors.js';
import { createFileWatch, type FileWatch } from './file-watch.js';
import { NO_WEB_FILE, readWebFile, type WebSettings } from './web-file.js';

/** The web configuration file, which is watched while the service runs. */
export interface WatchedWebFile {
  current(): WebSettings;
  /** Whether the file was valid when it was last read; undefined when there is none. */
  lastReadSuccessful(): boolean | undefined;
  /** Reads it again; when it is wrong, the old settings stay in force. @throws BugflowError */
  reload(): Promise<void>;
  close(): void;
}

export interface WatchedWebFileOptions {
  readonly file: string | undefined;
  /** Called with new settings … */
  readonly onNew: (settings: WebSettings) => void;
  /** … and with the error when they are wrong. */
  readonly onWrong: (error: unknown) => void;
  readonly pollIntervalMs?: number | undefined;
}

const POLL_INTERVAL_MS = 3000;

/** @throws BugflowError when the file is wrong at the start */
export async function watchWebFile({
  file,
  onNew,
  onWrong,
  pollIntervalMs = POLL_INTERVAL_MS,
}: WatchedWebFileOptions): Promise<WatchedWebFile> {
  if (file === undefined) {
    return {
      current: () => NO_WEB_FILE,
      lastReadSuccessful: () => undefined,
      reload: async () => undefined,
      close: () => undefined,
    };
  }
  let watch: FileWatch = createFileWatch();
  let current = await readWebFile(file, watch);
  let successful = true;
  let closed = false;

  const readAgain = async (): Promise<void> => {
    const next = createFileWatch();
    watch = next;
    try {
      const settings = await readWebFile(file, next);
      refuseWhatNeedsRestart(file, current, settings);
      if (closed) return;
      current = settings;
      successful = true;
      onNew(settings);
    } catch (error) {
      successful = false;
      onWrong(error);
      throw error;
    }
  };
  let reading: Promise<void> = Promise.resolve();
  /** Runs one reading after another. */
  const inTurn = (read: () => Promise<void>): Promise<void> => {
    const result = reading.then(read);
    reading = result.catch(() => undefined);
    return result;
  };
  const poll = async (): Promise<void> => {
    if (await watch.changed()) await readAgain();
  };
  // The callbacks report its result.
  const timer = setInterval(() => void inTurn(poll).catch(() => undefined), pollIntervalMs);
  timer.unref();

  return {
    current: () => current,
    lastReadSuccessful: () => successful,
    reload: () => inTurn(readAgain),
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/** Settings that Node fixes when it begins to listen. */
function refuseWhatNeedsRestart(file: string, before: WebSettings, after: WebSettings): void {
  const refuse = (what: string): BugflowError =>
    new BugflowError('CONFIG_INVALID', `${what} needs a restart of the service`, { place: { file } });
  if (!before.tls !== !after.tls) throw refuse(`turning TLS ${after.tls ? 'on' : 'off'}`);
  if (before.tls?.clientAuth !== after.tls?.clientAuth)
    throw refuse(`changing client_auth_type from ${before.tls?.clientAuth}`);
}
