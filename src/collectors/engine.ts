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
import { createEventReadings, eventDefinitions } from './events/event-reading.js';
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

/** All collectors of one configuration at work on one database. */
export interface Engine {
  readonly runners: readonly CollectorRunner[];
  /** What all collectors may expose together, and do. */
  readonly budget: Pick<SeriesBudget, 'limit' | 'total'>;
  /** Whether the database answered when it was last asked; false before it was. */
  databaseUp(): boolean;
  /** Series of which the present and the past's end disagreed, by collector. */
  mismatches(): ReadonlyMap<string, number>;
  /** The collectors that kept failing and are only tried now and then, by name. */
  openCircuits(): ReadonlyMap<string, OpenCircuit>;
  /** What is remembered of statuses; undefined before the database was first read. */
  statusRecord(): StatusRecord | undefined;
  start(): void;
  /**
   * Ends the schedules and waits for the runs under way; their results are no longer published. Resolves to the new
   * series that are still shown as 0, by collector.
   */
  stop(): Promise<ReadonlyMap<string, HeldSeries>>;
}

/** How a run ended, or that values went stale. */
export type RunnerEvent = RunResult | 'off' | 'stale';

/** What an engine knows when another takes over. */
export interface Handover {
  readonly databaseUp: boolean;
  /** Of the collectors that go on as they were, whose values are still served. */
  readonly states: ReadonlyMap<string, CollectorState>;
  /** Where the database is the same. */
  readonly statuses: StatusRecord | undefined;
  /** Of the same collectors: new series that are still shown as 0. */
  readonly heldSeries: ReadonlyMap<string, HeldSeries>;
}

export interface EngineDependencies {
  readonly config: Config;
  readonly library: CollectorLibrary;
  readonly database: Database;
  /** From the engine before. */
  readonly handover?: Handover | undefined;
  /** Keeps what is known of statuses over a restart. */
  readonly statusStore?: StatusStore | undefined;
  /** Says when collectors are due. */
  readonly createTicker: CreateTicker;
  /** How long a collector that failed waits. */
  readonly retryDelayMs: RetryDelay;
  readonly publish: (collector: string, families: readonly MetricFamily[]) => Promise<void>;
  readonly withdraw: (collector: string) => void;
  /** Told once when the role could read files of the database server: half a sentence. */
  readonly onFileRights: (rights: string) => void;
  /** Told while a collector reads many events, at the start above all: how much of them, from 0 to 1. */
  readonly onProgress: (collector: string, ratio: number) => void;
  /** Told when the past of a collector was held against its present, or could not be. */
  readonly onVerified: (collector: string, result: readonly Mismatch[] | Error) => void;
  /** Told of each run's end and of values that went stale. */
  readonly onChange: (runner: CollectorRunner, event: RunnerEvent) => void;
  /** Told when a collector's circuit opened, and when it closed again. */
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
  } = dependencies;
  const reader = createReader(database, library.relations, {
    allowSuperuser: config.database.allowSuperuser,
    onFileRights,
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
  });

  /** The present is read anew each time; of what happened, only what is new. */
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
          // Nothing is learnt of the database here: what it has may have been known.
          if (off) return off;
          // Whether a mark was switched matters to what happened; of the present the tables tell.
          if (definition.events) await statuses.refresh();
          else await statuses.ready().catch(() => undefined);
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
      publish: (name, families, isAfresh) =>
        newSeries.get(name)?.publish(families, isAfresh) ?? publish(name, families),
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
    start() {
      scheduler.start();
      verifier.start();
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
