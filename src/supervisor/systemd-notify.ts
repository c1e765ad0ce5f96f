import { spawn } from 'node:child_process';

/** Sends messages to systemd, one after another. */
export interface Notifier {
  /** Assignments like `READY=1`, each one line. Returns at once. */
  send(assignments: readonly string[]): void;
  /** Sends the last message at once, as the process may end soon. Waiting messages are dropped. */
  sendLast(assignments: readonly string[]): void;
  /** Whether no message is being sent or waiting. */
  isIdle(): boolean;
}

export interface NotifierOptions {
  /** systemd's `NOTIFY_SOCKET`. */
  readonly socket: string;
  /** The PATH in which programs are searched. */
  readonly path: string | undefined;
  /** Called once with the reason why messages do not arrive. */
  readonly onFailure: (reason: string) => void;
}

/** systemd ignores messages above 4 KiB. */
const MAX_LENGTH = 1000;
/** The most that one message may take; systemd answers within milliseconds. */
const LIMIT_MS = 2000;

/**
 * Node cannot send datagrams to a Unix socket, so systemd's own program does. It waits until systemd has read the
 * message, so that the sender still exists when systemd looks up which service it belongs to.
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
          onFailure(`systemd cannot be told the service's state: ${reason}`);
        }
        resolve();
      };
      child.once('error', (error) => end(`systemd-notify cannot be run (${error.message})`));
      child.once('exit', (status, signal) => {
        if (signal === 'SIGKILL') end(`systemd-notify did not finish within ${LIMIT_MS} ms`);
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
