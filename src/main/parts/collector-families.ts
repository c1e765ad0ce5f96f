import type { Engine } from '../../collectors/engine.js';
import type { CollectorState } from '../../collectors/runner.js';
import type { Sample, SampleFamily } from '../../exposition/format.js';
import { counter, gauge, sampleOf, seconds } from '../../observability/sample-family.js';

export type CollectorFacts = Pick<Engine, 'runners' | 'budget' | 'mismatches' | 'openCircuits'>;

/** Metrics about the collectors, in addition to their own metrics. */
export function collectorFamilies({
  runners,
  budget,
  mismatches,
  openCircuits,
}: CollectorFacts): SampleFamily[] {
  const limits = runners.map(({ definition }) => definition);
  const states = runners.map((runner) => {
    const { name, shipped } = runner.definition;
    return { name, shipped, state: runner.state() };
  });
  const perCollector = perCollectorOf(states);
  const circuits = openCircuits();
  return [
    // A collector that is off has no runs.
    ...runFamilies(states.filter(({ state }) => state.missing.length === 0)),
    gauge(
      'bugflow_collector_off',
      'Whether the collector is off because this version of Taiga lacks the tables or columns that it requires.',
      perCollector((state) => Number(state.missing.length > 0)),
    ),
    gauge(
      'bugflow_collector_circuit_open',
      'Whether the collector failed so often in a row that it is only tried now and then, instead of by its schedule.',
      states.flatMap(({ name }) => sampleOf(Number(circuits.has(name)), { collector: name })),
    ),
    gauge(
      'bugflow_collector_database_seconds',
      "How long the collector's last successful run kept a database connection.",
      perCollector((state) => seconds(state.lastDatabaseMs)),
    ),
    counter(
      'bugflow_collector_runs_total',
      'Runs of the collector by result; skipped: it was still running when it was due.',
      states.flatMap(({ name, state }) =>
        Object.entries(state.runs).flatMap(([result, runs]) => sampleOf(runs, { collector: name, result })),
      ),
    ),
    gauge(
      'bugflow_collector_series',
      'Series that the collector exposes.',
      perCollector((state) => state.series),
    ),
    gauge(
      'bugflow_collector_series_limit',
      'How many series a collector of your own may expose (max_series): a run that yields more is refused.',
      limits.flatMap(({ name, shipped, maxSeries }) =>
        shipped ? [] : sampleOf(maxSeries, { collector: name }),
      ),
    ),
    gauge(
      'bugflow_collector_project_series',
      'Series that a shipped collector exposes for its largest project.',
      states.flatMap(({ name, shipped, state }) =>
        shipped ? sampleOf(state.limitedSeries, { collector: name }) : [],
      ),
    ),
    gauge(
      'bugflow_collector_project_series_limit',
      'How many series a shipped collector may expose for each project (max_series): a run that yields more is refused.',
      limits.flatMap(({ name, shipped, maxSeries }) =>
        shipped ? sampleOf(maxSeries, { collector: name }) : [],
      ),
    ),
    gauge('bugflow_series', 'Series that all collectors expose together.', sampleOf(budget.total())),
    gauge(
      'bugflow_series_limit',
      'How many series all collectors may expose together (max_series): a run that would exceed it is refused.',
      sampleOf(budget.limit),
    ),
    gauge(
      'bugflow_collector_read_ratio',
      'How much of its events the current (or last) run has read, from 0 to 1: the first run reads the whole past.',
      perCollector((state) => state.readRatio),
    ),
    gauge(
      'bugflow_history_mismatch_series',
      'Series in which the present and the end of the past disagreed at the last verification (at the start and daily); history does not tell everything.',
      [...mismatches()].flatMap(([collector, series]) => sampleOf(series, { collector })),
    ),
  ];
}

/** A collector's last run, by the service or by `collect`. Times are Unix milliseconds. */
export interface LastRun {
  readonly name: string;
  readonly state: Pick<CollectorState, 'up' | 'lastSuccessAt' | 'lastDurationMs'>;
}

export function runFamilies(runs: readonly LastRun[]): SampleFamily[] {
  const perCollector = perCollectorOf(runs);
  return [
    gauge(
      'bugflow_collector_up',
      "Whether the collector's values are served: 0 before its first success, and when they went stale because its runs keep failing. Absent while it is off.",
      perCollector((state) => Number(state.up)),
    ),
    gauge(
      'bugflow_collector_last_success_timestamp_seconds',
      'When the collector last succeeded, in Unix time.',
      perCollector((state) => seconds(state.lastSuccessAt)),
    ),
    gauge(
      'bugflow_collector_duration_seconds',
      "How long the collector's last run took, including waiting for a connection and rendering.",
      perCollector((state) => seconds(state.lastDurationMs)),
    ),
  ];
}

/** Makes a sample for each collector whose state has the value. */
function perCollectorOf<S>(
  runs: readonly { readonly name: string; readonly state: S }[],
): (value: (state: S) => number | undefined) => readonly Sample[] {
  return (value) => runs.flatMap(({ name, state }) => sampleOf(value(state), { collector: name }));
}
