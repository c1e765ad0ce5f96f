import pino, { type Logger } from 'pino';
import { type ConfigSource, namesDatabase } from '../config/config.js';
import type { DemoTaiga } from '../demo/demo-taiga.js';
import type { ListenAddress } from '../demo/postgres/embedded-postgres.js';
import { createSupervisor } from '../supervisor/supervisor.js';
import { startService } from './service.js';

export interface ServeOptions {
  readonly source: ConfigSource;
  readonly version: string;
  readonly port: number | undefined;
  /** Where no database is named: the demo's. */
  readonly demo?: DemoInstead | undefined;
}

export interface DemoInstead {
  /** Where its database is kept. */
  readonly folder: string;
  readonly listen: ListenAddress | undefined;
  readonly seed: number;
  readonly paceMs: number;
}

/** Runs the service until SIGTERM or SIGINT; SIGHUP loads the configuration again. @throws BugflowError */
export async function serve({ source, version, port, demo }: ServeOptions): Promise<void> {
  const log = createLogger();
  // From now on: a signal during the start must not end the process without a word.
  const stop = waitForStop();
  const isDemo = demo !== undefined && !(await namesDatabase(source));
  const taiga = isDemo ? await startDemoInstead(demo, log, stop) : undefined;
  try {
    await serveUntil(stop, { source: { ...source, embeddedUrl: taiga?.url }, version, port }, log);
  } finally {
    await taiga?.close();
  }
}

async function serveUntil(
  stop: Promise<NodeJS.Signals>,
  { source, version, port }: ServeOptions,
  log: Logger,
): Promise<void> {
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

async function startDemoInstead(
  { folder, listen, seed, paceMs }: DemoInstead,
  log: Logger,
  stop: Promise<NodeJS.Signals>,
): Promise<DemoTaiga> {
  log.info(`no database is configured: showing the demo's made-up team, kept in ${folder}`);
  // Not needed where there is a Taiga, and large.
  const { startDemoTaiga } = await import('../demo/demo-taiga.js');
  const starting = startDemoTaiga({
    ...{ seed, now: new Date(), paceMs, folder, listen },
    onProgress: (message) => log.info(message),
  });
  return unlessStopped(starting, stop);
}

/** What is being started; a signal that comes first ends the process at once. */
export async function unlessStopped<T extends object>(
  starting: Promise<T>,
  stop: Promise<NodeJS.Signals>,
): Promise<T> {
  const first = await Promise.race([starting, stop]);
  if (typeof first === 'string') process.exit(0);
  return first;
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
