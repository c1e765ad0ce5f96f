import { spawn } from 'node:child_process';

/** Sends messages to systemd, one after the other. */
export interface Notifier {
  /** Assignments like `READY=1`, each one line. Returns at once. */
  send(assignments: readonly string[]): void;
  /** Sends the last message, at once: the process may be gone before its turn comes. What still waits is dropped. */
  sendLast(assignments: readonly string[]): void;
  /** Whether nothing is on its way. */
  isIdle(): boolean;
}

export interface NotifierOptions {
  /** systemd's `NOTIFY_SOCKET`. */
  readonly socket: string;
  /** Where programs are looked for. */
  readonly path: string | undefined;
  /** Told once why messages do not arrive. */
  readonly onFailure: (reason: string) => void;
}

/** systemd leaves messages above 4 KiB unread. */
const MAX_LENGTH = 1000;
/** How long a message may take; systemd answers within milliseconds. */
const LIMIT_MS = 2000;

/**
 * Node cannot send datagrams to a Unix socket, so systemd's own program does. It waits until systemd has read the
 * message: then the sender is still there when systemd looks to which service it belongs.
 */
export function createNotifier({ socket, path, onFailure }: NotifierOptions): Notifier {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  let failed = false;
  let ending = false;

  const deliver = (assignments: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const child = spawn('systemd-notify', assignments.map(oneLine), {
        env: { NOTIFY_SOCKET: socket, ...(path === undefined ? {} : { PATH: path }) },
        stdio: 'ignore',
      });
      child.unref();
      const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS).unref();
      const end = (reason: string | undefined): void => {
        clearTimeout(limit);
        if (reason !== undefined && !failed) {
          failed = true;
          onFailure(`systemd cannot be told how the service is: ${reason}`);
        }
        resolve();
      };
      child.once('error', (error) => end(`systemd-notify cannot be run (${error.message})`));
      child.once('exit', (status, signal) => {
        if (signal === 'SIGKILL') end('systemd-notify does not come to an end');
        else end(status === 0 ? undefined : `systemd-notify ended with status ${status}`);
      });
    });

  return {
    send(assignments) {
      waiting++;
      last = last
        .then(() => (ending ? undefined : deliver(assignments)))
        .finally(() => {
          waiting--;
        });
    },
    sendLast(assignments) {
      ending = true;
      void deliver(assignments);
    },
    isIdle: () => waiting === 0,
  };
}

function oneLine(assignment: string): string {
  return assignment.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_LENGTH);
}
