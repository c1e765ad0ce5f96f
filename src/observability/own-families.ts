import { collectDefaultMetrics, Registry } from 'prom-client';
import { labelBlock } from '../collectors/families.js';
import type { CollectorRunner, CollectorState } from '../collectors/runner.js';
import type { ServerState } from '../database/failover.js';
import type { Sample, SampleFamily } from '../exposition/format.js';
import type { TunnelState } from '../tunnel/tunnel.js';
import { type Settings, settingsFamilies } from './settings-families.js';

/** What the service knows of itself. Times are Unix milliseconds. */
export interface ServiceFacts {
  readonly version: string;
  readonly settings: Settings;
  readonly runners: readonly CollectorRunner[];
  readonly databaseUp: boolean;
  /** In order of preference. */
  readonly servers?: readonly ServerState[];
  /** Only where the database is reached through SSH. */
  readonly tunnel?: TunnelState | undefined;
  /** Series of which past and present disagreed, by collector. */
  readonly mismatches: ReadonlyMap<string, number>;
  /** Collectors that kept failing, by name. */
  readonly openCircuits: ReadonlyMap<string, unknown>;
  /** Whether the web configuration file was good when it was last read; only where there is one. */
  readonly webConfigSuccessful?: boolean | undefined;
  readonly lastReload: { readonly successful: boolean; readonly succeededAt: number };
}

/** The service's own metrics (`bugflow_…`). */
export function ownFamilies(facts: ServiceFacts, nowMs = Date.now()): SampleFamily[] {
  const { runners, lastReload } = facts;
  const states = runners.map((runner) => ({ name: runner.definition.name, state: runner.state() }));
  const perCollector = perCollectorOf(states);

  return [
    gauge(
      'bugflow_build_info',
      'Version of the service and of Node; always 1.',
      sampleOf(1, { version: facts.version, node_version: process.versions.node }),
    ),
    gauge(
      'bugflow_database_up',
      'Whether the database answered when it was last asked.',
      sampleOf(Number(facts.databaseUp)),
    ),
    ...serverFamilies(facts.servers ?? []),
    ...tunnelFamilies(facts.tunnel),
    // One that is off has no runs to tell of.
    ...runFamilies(states.filter(({ state }) => state.missing.length === 0)),
    gauge(
      'bugflow_collector_off',
      'Whether the collector is off because this version of Taiga lacks the tables or columns that it requires.',
      perCollector((state) => Number(state.missing.length > 0)),
    ),
    gauge(
      'bugflow_collector_circuit_open',
      'Whether the collector failed so often in a row that it is only tried now and then, instead of by its schedule.',
      states.flatMap(({ name }) => sampleOf(Number(facts.openCircuits.has(name)), { collector: name })),
    ),
    gauge(
      'bugflow_collector_database_seconds',
      "How long the collector's last successful run kept a database connection.",
      perCollector((state) => seconds(state.lastDatabaseMs)),
    ),
    {
      name: 'bugflow_collector_runs_total',
      type: 'counter',
      help: 'Runs of the collector by result; skipped: it was still running when it was due.',
      samples: () =>
        states.flatMap(({ name, state }) =>
          Object.entries(state.runs).flatMap(([result, runs]) => sampleOf(runs, { collector: name, result })),
        ),
    },
    gauge(
      'bugflow_collector_series',
      'Series that the collector exposes.',
      perCollector((state) => state.series),
    ),
    gauge(
      'bugflow_collector_series_limit',
      'Series that the collector may expose at most (max_series): a run that yields more is refused.',
      runners.flatMap(({ definition }) => sampleOf(definition.maxSeries, { collector: definition.name })),
    ),
    gauge(
      'bugflow_collector_read_ratio',
      'How much of the events that the run under way (or the last one) has to read was read, from 0 to 1: the first run reads all the past.',
      perCollector((state) => state.readRatio),
    ),
    gauge(
      'bugflow_history_mismatch_series',
      'Series of which the present and the end of the past disagreed when that was last verified (at the start and daily); history does not tell everything.',
      [...facts.mismatches].flatMap(([collector, series]) => sampleOf(series, { collector })),
    ),
    gauge(
      'bugflow_config_last_reload_successful',
      'Whether the last attempt to load the configuration succeeded.',
      sampleOf(Number(lastReload.successful)),
    ),
    gauge(
      'bugflow_config_last_reload_success_timestamp_seconds',
      'When the configuration was last loaded, in Unix time.',
      sampleOf(seconds(lastReload.succeededAt)),
    ),
    ...webFamilies(facts.webConfigSuccessful),
    ...settingsFamilies(facts.settings, nowMs),
  ];
}

function webFamilies(successful: boolean | undefined): SampleFamily[] {
  if (successful === undefined) return [];
  return [
    gauge(
      'bugflow_web_config_last_reload_successful',
      'Whether the last attempt to load the web configuration file, with the certificates and tokens it names, succeeded.',
      sampleOf(Number(successful)),
    ),
  ];
}

/** What is worth knowing of a collector's last run, however it came to run. Times are Unix milliseconds. */
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
      "How long the collector's last run took, with waiting for a connection and rendering.",
      perCollector((state) => seconds(state.lastDurationMs)),
    ),
  ];
}

/** Makes a sample for each collector whose state has the value. */
function perCollectorOf<S>(
  runs: readonly { readonly name: string; readonly state: S }[],
): (value: (state: S) => number | undefined) => Sample[] {
  return (value) => runs.flatMap(({ name, state }) => sampleOf(value(state), { collector: name }));
}

/** Nothing where there is but one server, and that no replica: `bugflow_database_up` tells of it. */
function serverFamilies(servers: readonly ServerState[]): SampleFamily[] {
  if (servers.length < 2 && !servers.some(({ isReplica }) => isReplica)) return [];
  const perServer = (value: (state: ServerState) => number | undefined): Sample[] =>
    servers.flatMap((state) => sampleOf(value(state), { server: state.name }));
  return [
    gauge(
      'bugflow_database_server_up',
      'Whether the server answered when it was last asked.',
      perServer(({ up }) => (up === undefined ? undefined : Number(up))),
    ),
    gauge(
      'bugflow_database_server_in_use',
      'Whether it is the server that is read.',
      perServer(({ inUse }) => Number(inUse)),
    ),
    gauge(
      'bugflow_database_replication_lag_seconds',
      'How old what the replica shows may be.',
      perServer(({ lagMs }) => seconds(lagMs)),
    ),
  ];
}

function tunnelFamilies(tunnel: TunnelState | undefined): SampleFamily[] {
  if (tunnel === undefined) return [];
  return [
    gauge(
      'bugflow_tunnel_up',
      'Whether the SSH session to the database stands.',
      sampleOf(Number(tunnel.up)),
    ),
    {
      name: 'bugflow_tunnel_reconnects_total',
      type: 'counter',
      help: 'How often the SSH session was set up again after it was lost.',
      samples: () => sampleOf(tunnel.reconnects),
    },
  ];
}

/** The process's own metrics (`process_…`, `nodejs_…`), as prom-client measures them. */
export function createProcessMetrics(): { families(): Promise<SampleFamily[]>; close(): void } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    async families() {
      const metrics = await registry.getMetricsAsJSON();
      // prom-client calls a few gauges …_total; each is the sum of another one.
      const wellNamed = metrics.filter(
        ({ name, type }) => String(type) === 'counter' || !name.endsWith('_total'),
      );
      return wellNamed.map((metric) => ({
        name: metric.name,
        type: String(metric.type) as SampleFamily['type'],
        help: metric.help,
        samples: () =>
          metric.values.map((value) => {
            const fullName =
              'metricName' in value && typeof value.metricName === 'string' ? value.metricName : metric.name;
            const labels = Object.entries(value.labels);
            return {
              suffix: fullName.slice(metric.name.length),
              labels: labelBlock(
                labels.map(([name]) => name),
                labels.map(([, text]) => String(text)),
              ),
              value: value.value,
            };
          }),
      }));
    },
    close: () => registry.clear(),
  };
}

function gauge(name: string, help: string, samples: readonly Sample[]): SampleFamily {
  return { name, type: 'gauge', help, samples: () => samples };
}

function sampleOf(value: number | undefined, labels: Readonly<Record<string, string>> = {}): Sample[] {
  if (value === undefined) return [];
  return [{ suffix: '', labels: labelBlock(Object.keys(labels), Object.values(labels)), value }];
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
