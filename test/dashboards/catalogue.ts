import { type CollectorLibrary, loadLibrary } from '../../src/collectors/library.js';
import type { CollectorRunner, CollectorState } from '../../src/collectors/runner.js';
import type { SampleFamily } from '../../src/exposition/format.js';
import { collectorFamilies } from '../../src/main/parts/collector-families.js';
import {
  databaseUpFamilies,
  serverFamilies,
  tunnelFamilies,
} from '../../src/main/parts/database-families.js';
import { webFamilies } from '../../src/main/parts/web.js';
import { refusedFamilies } from '../../src/main/refused-files.js';
import { buildFamilies, reloadFamilies } from '../../src/main/service-families.js';
import { createProcessMetrics } from '../../src/observability/process-metrics.js';
import { settingsFamilies } from '../../src/observability/settings-families.js';
import { SHIPPED_FOLDER } from '../unit/helpers.js';

/** What a metric is to PromQL; a distribution is a histogram of now: its buckets may fall. */
export type Nature = 'gauge' | 'counter' | 'histogram' | 'distribution' | 'summary';

export interface Known {
  readonly nature: Nature;
  readonly labels: readonly string[];
}

/** What Prometheus itself records. */
const PROMETHEUS: Readonly<Record<string, Known>> = {
  up: { nature: 'gauge', labels: [] },
  scrape_duration_seconds: { nature: 'gauge', labels: [] },
  scrape_samples_scraped: { nature: 'gauge', labels: [] },
  ALERTS: { nature: 'gauge', labels: ['alertname', 'alertstate', 'severity', 'project'] },
};

/** Of Prometheus' and Alertmanager's own (2.42 and 0.25 have them, and later ones): whether alerts are delivered. */
const DELIVERY: Readonly<Record<string, Known>> = {
  prometheus_notifications_alertmanagers_discovered: { nature: 'gauge', labels: [] },
  prometheus_notifications_dropped_total: { nature: 'counter', labels: [] },
  alertmanager_notifications_failed_total: { nature: 'counter', labels: ['integration'] },
};

export async function shippedLibrary(): Promise<CollectorLibrary> {
  return loadLibrary({
    shippedFolder: SHIPPED_FOLDER,
    ownFiles: [],
    overrides: {},
    configFile: undefined,
  });
}

/** All metrics that a dashboard or a runbook may use. */
export async function knownMetrics(library: CollectorLibrary): Promise<ReadonlyMap<string, Known>> {
  return new Map([
    ...Object.entries({ ...PROMETHEUS, ...DELIVERY }),
    ...(await ownMetrics(library)),
    ...shippedMetrics(library),
  ]);
}

function shippedMetrics({ collectors }: CollectorLibrary): [string, Known][] {
  return collectors.flatMap(({ metrics, now }) =>
    metrics.map(({ name, type, labels }): [string, Known] => [
      name,
      { nature: type === 'histogram' && now !== undefined ? 'distribution' : type, labels },
    ]),
  );
}

/** Whether history tells of a metric: of what `now` alone tells, and of the service's own, it does not. */
export function pastOf({ collectors }: CollectorLibrary): (metric: string) => boolean {
  const names = new Set(
    collectors
      .filter(({ spans, events }) => spans !== undefined || events !== undefined)
      .flatMap(({ metrics }) => metrics.map(({ name }) => name)),
  );
  return (metric) => names.has(metric) || names.has(metric.replace(/_(bucket|sum|count)$/, ''));
}

/** The service's own, from a service that has everything: a tunnel, replicas, a web configuration. */
async function ownMetrics({ collectors }: CollectorLibrary): Promise<[string, Known][]> {
  // One that comes with the service, and one of a team's own: their limits differ.
  const [shipped] = collectors;
  const both = shipped ? [shipped, { ...shipped, name: 'own', shipped: false }] : [];
  const runners = both.map((definition): CollectorRunner => {
    const state: CollectorState = {
      runs: { success: 1, failure: 0, skipped: 0 },
      running: false,
      up: true,
      settled: true,
      series: 1,
      limitedSeries: 1,
      rowCount: 1,
      sample: { columns: [], rows: [] },
      lastStartedAt: 1,
      lastSuccessAt: 1,
      lastDurationMs: 1,
      lastDatabaseMs: 1,
      lastError: undefined,
      databaseAbsent: false,
      missing: [],
      readRatio: 1,
    };
    return { definition, state: () => state, run: async () => 'success', close: () => undefined };
  });
  const own = [
    ...buildFamilies('1'),
    ...collectorFamilies({
      runners,
      budget: { limit: 1, total: () => 1 },
      mismatches: () => new Map([['items', 1]]),
      openCircuits: () => new Map(),
    }),
    ...refusedFamilies([]),
    ...databaseUpFamilies(true),
    ...serverFamilies([
      { name: 'a', up: true, inUse: true, isReplica: false, lagMs: 0 },
      { name: 'b', up: true, inUse: false, isReplica: true, lagMs: 1 },
    ]),
    ...tunnelFamilies({ up: true, reconnects: 1 }),
    ...webFamilies(true),
    ...reloadFamilies({ successful: true, succeededAt: 1 }),
    ...settingsFamilies(
      {
        externalUrls: { grafana: 'http://grafana', exporter: undefined, alertmanager: undefined },
        disabledAlerts: ['TaigaWorkStale'],
        workingSeconds: () => 1,
      },
      1,
    ),
  ];
  const processMetrics = createProcessMetrics();
  const families = [...own, ...(await processMetrics.families())];
  processMetrics.close();
  return families.map((family) => [family.name, { nature: family.type, labels: labelsOf(family) }]);
}

function labelsOf({ samples }: SampleFamily): string[] {
  return [...new Set([...samples()].flatMap(({ labels }) => labels.names))];
}
