import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import { isDatabaseAbsent } from '../errors.js';
import type { MetricFamily } from './families.js';
import type { CollectorLibrary } from './library.js';
import { parameterValues } from './parameters.js';
import { createReader } from './reader.js';
import { readOnce } from './reading.js';
import { type CollectorRunner, createRunner } from './runner.js';
import { createScheduler, exponentialBackoffMs } from './scheduler.js';

/** All collectors of one configuration at work on one database. */
export interface Engine {
  readonly runners: readonly CollectorRunner[];
  /** Whether the database answered when it was last asked; false before it was. */
  databaseUp(): boolean;
  start(): void;
  /** Ends the schedules and waits for the runs under way; their results are no longer published. */
  stop(): Promise<void>;
}

export interface EngineDependencies {
  readonly config: Config;
  readonly library: CollectorLibrary;
  readonly database: Database;
  readonly publish: (collector: string, families: readonly MetricFamily[]) => Promise<void>;
  readonly withdraw: (collector: string) => void;
  /** Told of each run's end and of values that went stale. */
  readonly onChange: (runner: CollectorRunner, event: 'success' | 'failure' | 'skipped' | 'stale') => void;
}

export function createEngine(dependencies: EngineDependencies): Engine {
  const { config, library, database, publish, withdraw, onChange } = dependencies;
  const reader = createReader(database, library.relations);
  let databaseUp = false;

  const runners = library.collectors.map((definition) =>
    createRunner(definition, {
      async read() {
        try {
          const reading = await readOnce(reader, definition, parameterValues(config, new Date()));
          databaseUp = true;
          return reading;
        } catch (error) {
          databaseUp = !isDatabaseAbsent(error);
          throw error;
        }
      },
      publish,
      withdraw,
      onRun: onChange,
      onStale: (runner) => onChange(runner, 'stale'),
    }),
  );
  const scheduler = createScheduler(runners, {
    timeZone: config.timeZone,
    retryDelayMs: exponentialBackoffMs,
  });

  return {
    runners,
    databaseUp: () => databaseUp,
    start: () => scheduler.start(),
    async stop() {
      for (const runner of runners) runner.close();
      await scheduler.stop();
    },
  };
}
