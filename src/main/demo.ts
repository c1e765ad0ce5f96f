import type { Environment } from '../config/expand.js';
import { startDemoInThread } from '../demo/demo-in-thread.js';
import type { ListenAddress } from '../demo/postgres/embedded-postgres.js';
import { createLogger, limitClosing, unlessStopped } from './serve.js';
import { startService } from './service.js';
import type { Signals } from './signals.js';

export interface DemoCommandOptions {
  readonly env: Environment;
  readonly version: string;
  readonly port: number;
  readonly seed: number;
  readonly paceMs: number;
  /** The folder that keeps the database; undefined: only in memory. */
  readonly folder: string | undefined;
  readonly databaseListen: ListenAddress | undefined;
  readonly signals: Pick<Signals, 'stop' | 'limitStop'>;
  readonly print: (line: string) => void;
}

/** Runs the service on an embedded database with a made-up team, until SIGTERM or SIGINT. */
export async function demo(options: DemoCommandOptions): Promise<void> {
  const { env, version, port, seed, paceMs, folder, databaseListen, signals, print } = options;
  const log = createLogger();
  limitClosing(signals, log);
  print('Making up a team and its last twelve months …');
  const starting = startDemoInThread({
    ...{ seed, now: new Date(), paceMs, folder, listen: databaseListen },
    ...(folder !== undefined && { onProgress: print }),
  });
  const taiga = await unlessStopped(starting, signals.stop);
  try {
    const source = {
      file: undefined,
      env: { ...env, TAIGA_DATABASE_URL: undefined },
      embeddedUrl: taiga.url,
    };
    const service = await startService({ source, log, version, port });
    print('');
    print(`  Open  ${service.address}             how the projects are doing, and the reports`);
    print(`        ${service.address}/metrics     the metrics, as Prometheus reads them`);
    print(`        ${service.address}/collectors  where each number comes from`);
    print('');
    print(`  The made-up Taiga database: ${taiga.url}`);
    print('  What to find in its last weeks: docs/demo.md.');
    print('  Its past can be written into Prometheus: docs/backfill.md says how.');
    print(`  Somebody does something every ${paceMs / 1000} s. Ctrl-C stops it.`);
    print('');
    await signals.stop;
    await service.close();
  } finally {
    await taiga.close();
  }
}
