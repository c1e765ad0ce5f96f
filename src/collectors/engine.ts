import type { RetryDelay } from '../base/backoff.js';
import { isDatabaseAbsent } from '../base/errors.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { CreateTicker } from '../scheduling/cron-ticker.js';
import { createChangeFeed } from '../taiga/changes/change-feed.js';
import { offReason } from '../taiga/off.js';
import { type ParameterValues, parameterValues } from '../taiga/parameters.js';
import { createReader } from '../taiga/reader.js';
import { createStatusMemory, type StatusRecord, type StatusStore } from '../taiga/statuses/status-memory.js';
import type { CollectorDefinition } from './definition.js';
import { eventDefinitions } from './events/event-definition.js';
import { createEventReadings } from './events/event-reading.js';
import type { MetricFamily } from './families.js';
import type { CollectorLibrary } from './library.js';
import { createNewSeries, type HeldSeries, type NewSeries } from './new-series.js';
import { type Reading, readOnce } from './reading.js';
import {
  type CollectorRunner,
  type CollectorState,
  createRunner,
  type RunnerDependencies,
  type RunResult,
} from './runner.js';
import { createScheduler, type OpenCircuit } from './scheduler.js';
import { createSeriesBudget, type SeriesBudget } from './series-budget.js';
import { createVerifier } from './verifier.js';
import { type Mismatch, verifyEach } from './verify.js';

/** All collectors of one configuration, running on one database. */
export interface Engine {
  readonly runners: readonly CollectorRunner[];
  /** The limit for all collectors together, and their current total. */
  readonly budget: Pick<SeriesBudget, 'limit' | 'total'>;
  /** Whether the database answered when it was last used; false before the first time. */
  databaseUp(): boolean;
  /** The number of series, by collector, in which the present and the end of the past disagreed. */
  mismatches(): ReadonlyMap<string, number>;
  /** The collectors that keep failing and are only tried now and then, by name. */
  openCircuits(): ReadonlyMap<string, OpenCircuit>;
  /** What is known about statuses; undefined before the database was first read. */
  statusRecord(): StatusRecord | undefined;
  /** The same as the parameter `:statuses`. */
  statuses(): string | undefined;
  start(): void;
  /**
   * Stops the schedules and waits for running collectors; their results are not published any more. Resolves to the new
   * series, by collector, that are still shown as 0.
   */
  stop(): Promise<ReadonlyMap<string, HeldSeries>>;
}

/** How a run ended, or that values went stale. */
export type RunnerEvent = RunResult | 'off' | 'stale';

/** What one engine hands over to the next. */
export interface Handover {
  readonly databaseUp: boolean;
  /** The states of the collectors that continue unchanged and whose values are still served. */
  readonly states: ReadonlyMap<string, CollectorState>;
  /** Only when the database is the same. */
  readonly statuses: StatusRecord | undefined;
  /** The new series of the same collectors that are still shown as 0. */
  readonly heldSeries: ReadonlyMap<string, HeldSeries>;
}

export interface EngineDependencies {
  readonly config: Config;
  readonly library: CollectorLibrary;
  readonly database: Database;
  /** From the engine before. */
  readonly handover?: Handover | undefined;
  /** Keeps what is known about statuses over a restart. */
  readonly statusStore?: StatusStore | undefined;
  /** Says when collectors are due. */
  readonly createTicker: CreateTicker;
  /** How long a collector that failed waits. */
  readonly retryDelayMs: RetryDelay;
  readonly publish: (collector: string, families: readonly MetricFamily[]) => Promise<void>;
  readonly withdraw: (collector: string) => void;
  /** Called once when the role could read files of the database server, with the reason (part of a sentence). */
  readonly onFileRights: (rights: string) => void;
  /** Called for each server that reads the time zone otherwise than we do, with the difference (a sentence). */
  readonly onTimeZone: (difference: string) => void;
  /** Called with a ratio from 0 to 1 while a collector reads many events, mostly at the start. */
  readonly onProgress: (collector: string, ratio: number) => void;
  /** Called when a collector's past was compared with its present, or could not be. */
  readonly onVerified: (collector: string, result: readonly Mismatch[] | Error) => void;
  /** Called at the end of each run, and when values went stale. */
  readonly onChange: (runner: CollectorRunner, event: RunnerEvent) => void;
  /** Called when a collector's circuit opened, and when it closed again. */
  readonly onCircuit: (runner: CollectorRunner, circuit: OpenCircuit | undefined) => void;
}

export function createEngine(dependencies: EngineDependencies): Engine {
  const {
    config,
    library,
    database,
    handover,
    statusStore,
    createTicker,
    retryDelayMs,
    publish,
    withdraw,
    onChange,
    onProgress,
    onVerified,
    onCircuit,
    onFileRights,
    onTimeZone,
  } = dependencies;
  const reader = createReader(database, library.relations, {
    allowSuperuser: config.database.allowSuperuser,
    onFileRights,
    onTimeZone,
  });
  const statuses = createStatusMemory({
    database,
    reader,
    values: () => parameterValues(config, new Date()),
    before: handover?.statuses,
    store: statusStore,
  });
  const values = (keys: readonly string[] | null = null): ParameterValues =>
    parameterValues(config, new Date(), keys, statuses.parameter());
  const feed = createChangeFeed({ database, reader, values });
  let databaseUp = handover?.databaseUp ?? false;

  const eventReadings = createEventReadings({
    definitions: eventDefinitions(library.collectors),
    reader,
    feed,
    statuses,
  });

  /** The present is read again each time; of the events only new ones. */
  const createRead = (
    definition: CollectorDefinition,
  ): ((onProgress: (ratio: number) => void) => Promise<Reading>) => {
    const eventReading = eventReadings.get(definition.name);
    if (!eventReading) return () => readOnce(reader, definition, values());
    return (report) => eventReading.read(values, (done, total) => report(done / total));
  };

  const newSeries = new Map<string, NewSeries>();
  for (const { name, events } of library.collectors) {
    if (!events) continue;
    newSeries.set(
      name,
      createNewSeries({
        zeroForMs: config.newSeriesZeroForMs,
        publish: (families) => publish(name, families),
        held: handover?.heldSeries.get(name),
      }),
    );
  }

  const budget = createSeriesBudget(config.maxSeries);
  for (const [name, { series }] of handover?.states ?? []) budget.keep(name, series);
  const runners = library.collectors.map((definition) => {
    const read = createRead(definition);
    const runnerDependencies: RunnerDependencies = {
      budget,
      async read(_definition, onRatio) {
        try {
          const off = await offReason(reader, definition);
          // Says nothing about whether the database is up: the schema may have been cached.
          if (off) return off;
          // For the present the tables are enough, unless it is about what they do not tell.
          if (definition.now && definition.relations.includes('remembered_status')) await statuses.ready();
          const reading = await read((ratio) => {
            onRatio(ratio);
            onProgress(definition.name, ratio);
          });
          databaseUp = true;
          return reading;
        } catch (error) {
          databaseUp = !isDatabaseAbsent(error);
          throw error;
        }
      },
      publish: (name, families, isComplete) =>
        newSeries.get(name)?.publish(families, isComplete) ?? publish(name, families),
      withdraw(name) {
        newSeries.get(name)?.withdraw();
        withdraw(name);
      },
      onRun: onChange,
      onStale: (runner) => onChange(runner, 'stale'),
    };
    return createRunner(definition, runnerDependencies, handover?.states.get(definition.name));
  });
  const scheduler = createScheduler(runners, {
    timeZone: config.timeZone,
    createTicker,
    retryDelayMs,
    onCircuit,
  });

  const verifier = createVerifier({
    collectors: library.collectors,
    timeZone: config.timeZone,
    createTicker,
    verify: async (definitions) => {
      await statuses.ready();
      return verifyEach(reader, definitions, values);
    },
    onVerified,
  });

  return {
    runners,
    budget,
    databaseUp: () => databaseUp,
    mismatches: () => verifier.mismatches(),
    openCircuits: () => scheduler.openCircuits(),
    statusRecord: () => statuses.record(),
    statuses: () => (statuses.record() === undefined ? undefined : statuses.parameter()),
    start() {
      verifier.start(scheduler.start());
    },
    async stop() {
      for (const runner of runners) runner.close();
      await Promise.all([scheduler.stop(), verifier.stop()]);
      const heldSeries = new Map<string, HeldSeries>();
      for (const [name, series] of newSeries) heldSeries.set(name, await series.close());
      return heldSeries;
    },
  };
}
