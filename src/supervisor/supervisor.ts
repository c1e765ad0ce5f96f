import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import type { Environment } from '../config/expand.js';
import { createNotifier } from './systemd-notify.js';

/** The process manager that started the service. Reporting to it never fails and never blocks. */
export interface Supervisor {
  /** The service works; the status is one line for people. */
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

/** Reports to systemd where it started this process as a service of `Type=notify`; otherwise does nothing. */
export function createSupervisor({ env, log }: SupervisorOptions): Supervisor {
  const { NOTIFY_SOCKET: socket } = env;
  if (!socket) return NOBODY;
  const notifier = createNotifier({ socket, path: env.PATH, onFailure: (reason) => log.warn(reason) });
  const intervalMs = watchdogIntervalMs(env, process.pid);
  let watchdog: NodeJS.Timeout | undefined;

  const signOfLife = (): void => {
    // A message that is still being sent says the same.
    if (notifier.isIdle()) notifier.send(['WATCHDOG=1']);
  };
  const ready = (status: string): void => {
    notifier.send(['READY=1', `STATUS=${status}`]);
    // Sent from the event loop itself, so that they stop when it hangs.
    if (intervalMs !== undefined) watchdog ??= setInterval(signOfLife, intervalMs).unref();
  };

  return {
    ready,
    reloading(outcome) {
      // On Linux hrtime is CLOCK_MONOTONIC, which systemd expects.
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

/** Half of the time (ms) after which systemd kills a silent process; undefined where it does not watch this one. */
export function watchdogIntervalMs(env: Environment, pid: number): number | undefined {
  const { WATCHDOG_USEC: limitUs = '', WATCHDOG_PID: watched } = env;
  if (!/^\d{1,15}$/.test(limitUs) || Number(limitUs) === 0) return undefined;
  // The variable was meant for the process that started this one.
  if (watched !== undefined && watched !== String(pid)) return undefined;
  return Math.max(1, Math.floor(Number(limitUs) / 2000));
}
