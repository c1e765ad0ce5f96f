import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import type { Environment } from '../config/expand.js';
import { createNotifier } from './systemd-notify.js';

/** Who started the service and watches over it: told how it is. Telling never fails and never holds it up. */
export interface Supervisor {
  /** The service does its work; the status is one line for people. */
  ready(status: string): void;
  /** The configuration is being loaded again. */
  reloading(outcome: Promise<void>): void;
  stopping(): void;
}

const NOBODY: Supervisor = { ready: () => undefined, reloading: () => undefined, stopping: () => undefined };

export interface SupervisorOptions {
  readonly env: Environment;
  readonly log: Logger;
}

/** systemd, where it started this process as a service of `Type=notify`; nobody otherwise. */
export function createSupervisor({ env, log }: SupervisorOptions): Supervisor {
  const { NOTIFY_SOCKET: socket } = env;
  if (!socket) return NOBODY;
  const notifier = createNotifier({ socket, path: env.PATH, onFailure: (reason) => log.warn(reason) });
  const intervalMs = watchdogIntervalMs(env, process.pid);
  let watchdog: NodeJS.Timeout | undefined;

  const signOfLife = (): void => {
    // One that is still on its way says the same.
    if (notifier.isIdle()) notifier.send(['WATCHDOG=1']);
  };
  const ready = (status: string): void => {
    notifier.send(['READY=1', `STATUS=${status}`]);
    // From the event loop itself: when that hangs, the signs of life cease.
    if (intervalMs !== undefined) watchdog ??= setInterval(signOfLife, intervalMs).unref();
  };

  return {
    ready,
    reloading(outcome) {
      // On Linux this is the clock that systemd compares with.
      const nowUs = process.hrtime.bigint() / 1000n;
      notifier.send(['RELOADING=1', `MONOTONIC_USEC=${nowUs}`, 'STATUS=loading the configuration']);
      outcome.then(
        () => ready('configuration loaded'),
        (error: unknown) =>
          ready(`the configuration was not loaded, the old one stays in force: ${messageOf(error)}`),
      );
    },
    stopping() {
      clearInterval(watchdog);
      notifier.sendLast(['STOPPING=1', 'STATUS=stopping']);
    },
  };
}

/** Half of the time after which systemd gives this process up, or undefined where it does not watch it. */
export function watchdogIntervalMs(env: Environment, pid: number): number | undefined {
  const { WATCHDOG_USEC: limitUs = '', WATCHDOG_PID: watched } = env;
  if (!/^\d{1,15}$/.test(limitUs) || Number(limitUs) === 0) return undefined;
  // Set for a process that started this one.
  if (watched !== undefined && watched !== String(pid)) return undefined;
  return Math.max(1, Math.floor(Number(limitUs) / 2000));
}
