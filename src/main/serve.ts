import pino, { type Logger } from 'pino';
import type { ConfigSource } from '../config/config.js';
import { createSupervisor } from '../supervisor/supervisor.js';
import { startService } from './service.js';

export interface ServeOptions {
  readonly source: ConfigSource;
  readonly version: string;
  readonly port: number | undefined;
}

/** Runs the service until SIGTERM or SIGINT; SIGHUP loads the configuration again. @throws BugflowError */
export async function serve({ source, version, port }: ServeOptions): Promise<void> {
  const log = createLogger();
  // From now on: a signal during the start must not end the process without a word.
  const stop = waitForStop();
  const supervisor = createSupervisor({ env: source.env, log });
  const service = await startService({ source, log, version, port, onReload: supervisor.reloading });
  supervisor.ready(`metrics at ${service.address}/metrics`);
  const onHangUp = (): void => {
    // Its outcome is in the log and in the metrics.
    void service.reload().catch(() => undefined);
  };
  process.on('SIGHUP', onHangUp);
  const signal = await stop;
  process.off('SIGHUP', onHangUp);
  log.info(`${signal}: stopping`);
  supervisor.stopping();
  await closeInTime(() => service.close(), log);
}

/** For people on a terminal, for machines elsewhere. */
export function createLogger(): Logger {
  return process.stderr.isTTY
    ? pino({
        transport: {
          target: 'pino-pretty',
          options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
        },
      })
    : pino(pino.destination(2));
}

export function waitForStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

const STOP_LIMIT_MS = 4500;

/** A query that does not end must not keep the process: whoever stops it gives it a few seconds only. */
export async function closeInTime(close: () => Promise<void>, log: Logger): Promise<void> {
  const limit = setTimeout(() => {
    log.warn('a collector did not end in time; leaving without it');
    process.exit(0);
  }, STOP_LIMIT_MS);
  await close();
  clearTimeout(limit);
}
