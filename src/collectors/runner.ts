import { isDatabaseAbsent, messageOf } from '../base/errors.js';
import type { Off } from '../taiga/off.js';
import type { RowSample } from '../taiga/reader.js';
import type { CollectorDefinition } from './definition.js';
import { countSeries, type MetricFamily } from './families.js';
import type { Reading } from './reading.js';
import type { SeriesBudget } from './series-budget.js';
import { countLimited } from './series-counts.js';

export type RunResult = 'success' | 'failure' | 'skipped';

/** The state of a collector's runs; times are Unix milliseconds. */
export interface CollectorState {
  readonly runs: Readonly<Record<RunResult, number>>;
  readonly running: boolean;
  /** Whether its values are served: not before the first success, and not when they are stale. */
  readonly up: boolean;
  /** Whether a run has ended for another reason than an absent database. */
  readonly settled: boolean;
  readonly series: number;
  /** The series that count against its limit; for a shipped collector those of its largest project. */
  readonly limitedSeries: number;
  readonly rowCount: number;
  readonly sample: RowSample;
  readonly lastStartedAt: number | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly lastDurationMs: number | undefined;
  readonly lastDatabaseMs: number | undefined;
  readonly lastError: string | undefined;
  /** Whether the last run failed because the database could not be reached. */
  readonly databaseAbsent: boolean;
  /** Required tables and columns that this database lacks; if there are any, the collector is off. */
  readonly missing: readonly string[];
  /** How much of its data the current (or last) run has read, from 0 to 1; events only. */
  readonly readRatio: number | undefined;
}

/** One collector with its state. Runs never overlap and never throw. */
export interface CollectorRunner {
  readonly definition: CollectorDefinition;
  state(): CollectorState;
  /** `off`: the database lacks what it requires; that is neither a run nor a failure. */
  run(): Promise<RunResult | 'off'>;
  close(): void;
}

export interface RunnerDependencies {
  /** The budget of all collectors together. */
  readonly budget: SeriesBudget;
  read(definition: CollectorDefinition, onProgress: (ratio: number) => void): Promise<Reading | Off>;
  publish(collector: string, families: readonly MetricFamily[], isComplete: boolean): Promise<void>;
  withdraw(collector: string): void;
  /** Called after each run. */
  onRun(runner: CollectorRunner, result: RunResult | 'off'): void;
  onStale(runner: CollectorRunner): void;
}

/** setTimeout's limit, above which it fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const NEVER_RUN: CollectorState = {
  runs: { success: 0, failure: 0, skipped: 0 },
  running: false,
  up: false,
  settled: false,
  series: 0,
  limitedSeries: 0,
  rowCount: 0,
  sample: { columns: [], rows: [] },
  lastStartedAt: undefined,
  lastSuccessAt: undefined,
  lastDurationMs: undefined,
  lastDatabaseMs: undefined,
  lastError: undefined,
  databaseAbsent: false,
  missing: [],
  readRatio: undefined,
};

/** @param before the state of the runner before this one, whose values are still served */
export function createRunner(
  definition: CollectorDefinition,
  dependencies: RunnerDependencies,
  before: CollectorState = NEVER_RUN,
): CollectorRunner {
  let state: CollectorState = { ...before, running: false };
  let staleTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const update = (change: Partial<CollectorState>): void => {
    state = { ...state, ...change };
  };
  const count = (result: RunResult): CollectorState['runs'] => ({
    ...state.runs,
    [result]: state.runs[result] + 1,
  });

  const goStale = (): void => {
    dependencies.budget.release(definition.name);
    update({ up: false, series: 0, limitedSeries: 0 });
    dependencies.withdraw(definition.name);
    dependencies.onStale(runner);
  };

  const succeed = async (reading: Reading): Promise<void> => {
    const hasNews = reading.changed || !state.up;
    const series = hasNews
      ? reading.families.reduce((sum, family) => sum + countSeries(family), 0)
      : state.series;
    dependencies.budget.claim(definition.name, series);
    // When nothing changed, the bytes that are served stay, unless they were withdrawn.
    if (hasNews) await dependencies.publish(definition.name, reading.families, reading.isComplete);
    clearTimeout(staleTimer);
    staleTimer = undefined;
    update({
      runs: count('success'),
      up: true,
      settled: true,
      series,
      limitedSeries: hasNews ? countLimited(definition, reading.families) : state.limitedSeries,
      rowCount: reading.rowCount,
      sample: reading.sample,
      lastSuccessAt: Date.now(),
      lastDatabaseMs: reading.databaseMs,
      lastError: undefined,
      databaseAbsent: false,
      missing: [],
    });
  };

  const turnOff = ({ missing }: Off): void => {
    clearTimeout(staleTimer);
    staleTimer = undefined;
    dependencies.withdraw(definition.name);
    dependencies.budget.release(definition.name);
    update({
      up: false,
      settled: true,
      series: 0,
      limitedSeries: 0,
      lastError: undefined,
      databaseAbsent: false,
      missing,
    });
  };

  const fail = (error: unknown): void => {
    const databaseAbsent = isDatabaseAbsent(error);
    update({
      runs: count('failure'),
      settled: state.settled || !databaseAbsent,
      lastError: messageOf(error),
      databaseAbsent,
    });
    // Counts from the first failure: until then the values were as fresh as the schedule allows.
    if (staleTimer === undefined) {
      staleTimer = setTimeout(goStale, Math.min(definition.staleAfterMs, MAX_TIMER_MS));
      staleTimer.unref();
    }
  };

  const runner: CollectorRunner = {
    definition,
    state: () => state,
    async run() {
      if (closed) return 'skipped';
      if (state.running) {
        update({ runs: count('skipped') });
        dependencies.onRun(runner, 'skipped');
        return 'skipped';
      }
      const startedAt = Date.now();
      const startedTick = performance.now();
      update({ running: true, lastStartedAt: startedAt });
      let result: RunResult | 'off' = 'success';
      try {
        const reading = await dependencies.read(definition, (readRatio) => update({ readRatio }));
        const isOff = 'missing' in reading;
        if (isOff) result = 'off';
        if (!closed) await (isOff ? turnOff(reading) : succeed(reading));
      } catch (error) {
        result = 'failure';
        if (!closed) fail(error);
      }
      update({ running: false, lastDurationMs: performance.now() - startedTick });
      if (!closed) dependencies.onRun(runner, result);
      return result;
    },
    close() {
      closed = true;
      clearTimeout(staleTimer);
    },
  };
  return runner;
}
