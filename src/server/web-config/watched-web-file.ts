import { BugflowError } from '../../base/errors.js';
import { createFileWatch, type FileWatch } from './file-watch.js';
import { NO_WEB_FILE, readWebFile, type WebSettings } from './web-file.js';

/** What the web configuration file says, kept up to date while the service runs. */
export interface WatchedWebFile {
  current(): WebSettings;
  /** Whether the file was good when it was last read; undefined where there is none. */
  lastReadSuccessful(): boolean | undefined;
  /** Reads it again; the old state stays in force when the new one is wrong. @throws BugflowError */
  reload(): Promise<void>;
  close(): void;
}

export interface WatchedWebFileOptions {
  readonly file: string | undefined;
  /** Told of each new state … */
  readonly onNew: (settings: WebSettings) => void;
  /** … and of each one that is wrong. */
  readonly onWrong: (error: unknown) => void;
  readonly lookIntervalMs?: number | undefined;
}

const LOOK_INTERVAL_MS = 3000;

/** @throws BugflowError when the file is wrong from the start. */
export async function watchWebFile({
  file,
  onNew,
  onWrong,
  lookIntervalMs = LOOK_INTERVAL_MS,
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

  const readAnew = async (): Promise<void> => {
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
  /** One reading after another. */
  const inTurn = (read: () => Promise<void>): Promise<void> => {
    const result = reading.then(read);
    reading = result.catch(() => undefined);
    return result;
  };
  const look = async (): Promise<void> => {
    if (await watch.changed()) await readAnew();
  };
  // Its outcome is told.
  const timer = setInterval(() => void inTurn(look).catch(() => undefined), lookIntervalMs);
  timer.unref();

  return {
    current: () => current,
    lastReadSuccessful: () => successful,
    reload: () => inTurn(readAnew),
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/** Node settles these when it begins to listen. */
function refuseWhatNeedsRestart(file: string, before: WebSettings, after: WebSettings): void {
  const refuse = (what: string): BugflowError =>
    new BugflowError('CONFIG_INVALID', `${what} needs a restart of the service`, { place: { file } });
  if (!before.tls !== !after.tls) throw refuse(`turning TLS ${after.tls ? 'on' : 'off'}`);
  if (before.tls?.clientAuth !== after.tls?.clientAuth)
    throw refuse(`another client_auth_type than ${before.tls?.clientAuth}`);
}
