import pino, { type Logger } from 'pino';
import { type ConfigSource, namesDatabase } from '../config/config.js';
import { startDemoInThread } from '../demo/demo-in-thread.js';
import type { DemoTaiga } from '../demo/demo-taiga.js';
import type { ListenAddress } from '../demo/postgres/embedded-postgres.js';
import { createSupervisor } from '../supervisor/supervisor.js';
import { startService } from './service.js';
import type { Signals } from './signals.js';

export interface ServeOptions {
  readonly source: ConfigSource;
  readonly version: string;
  readonly port: number | undefined;
  readonly signals: Signals;
  /** Where no database is named: the demo's. */
  readonly demo?: DemoInstead | undefined;
}

export interface DemoInstead {
  /** The folder that keeps the demo's database. */
  readonly folder: string;
  readonly listen: ListenAddress | undefined;
  readonly seed: number;
  readonly paceMs: number;
}

/** Runs the service until SIGTERM or SIGINT; SIGHUP loads the configuration again. @throws BugflowError */
export async function serve({ source, version, port, signals, demo }: ServeOptions): Promise<void> {
  const log = createLogger();
  limitClosing(signals, log);
  const isDemo = demo !== undefined && !(await namesDatabase(source));
  const taiga = isDemo ? await startDemoInstead(demo, log, signals.stop) : undefined;
  try {
    if (signals.isStopping()) log.info(`${await signals.stop}: stopping before it began`);
    else await serveUntil(signals, { source: { ...source, embeddedUrl: taiga?.url }, version, port }, log);
  } finally {
    await taiga?.close();
  }
}

async function serveUntil(
  signals: Signals,
  { source, version, port }: Pick<ServeOptions, 'source' | 'version' | 'port'>,
  log: Logger,
): Promise<void> {
  const supervisor = createSupervisor({ env: source.env, log });
  const service = await startService({ source, log, version, port, onReload: supervisor.reloading });
  supervisor.ready(`metrics at ${service.address}/metrics`);
  // Its outcome is in the log and in the metrics.
  signals.onHangUp(() => void service.reload().catch(() => undefined));
  const signal = await signals.stop;
  log.info(`${signal}: stopping`);
  supervisor.stopping();
  await service.close();
}

async function startDemoInstead(
  { folder, listen, seed, paceMs }: DemoInstead,
  log: Logger,
  stop: Promise<NodeJS.Signals>,
): Promise<DemoTaiga> {
  log.info(`no database is configured: showing the demo's made-up team, kept in ${folder}`);
  const starting = startDemoInThread({
    ...{ seed, now: new Date(), paceMs, folder, listen },
    onProgress: (message) => log.info(message),
  });
  return unlessStopped(starting, stop);
}

/** Resolves to what is started; a signal before that ends the process at once. */
export async function unlessStopped<T extends object>(
  starting: Promise<T>,
  stop: Promise<NodeJS.Signals>,
): Promise<T> {
  const first = await Promise.race([starting, stop]);
  if (typeof first === 'string') process.exit(0);
  return first;
}

/** Readable on a terminal, JSON elsewhere. */
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

/** Waits only a few seconds for closing, as a query that does not end must not keep the process alive. */
export function limitClosing(signals: Pick<Signals, 'limitStop'>, log: Logger): void {
  signals.limitStop(() => {
    log.warn('a collector did not end in time; exiting without waiting for it');
    process.exit(0);
  });
}
