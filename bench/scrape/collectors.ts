const GAUGES = 5;
const COUNTERS = 2;
const BUCKETS = [3600, 14_400, 28_800, 86_400, 172_800, 345_600, 604_800, 1_209_600, 2_592_000, 5_184_000];
/** The buckets, +Inf, `_sum` and `_count`. */
const LINES_PER_DISTRIBUTION = BUCKETS.length + 3;

/**
 * Collectors with about so many series, as files: half of them gauges with five to seven labels, a third counters of items'
 * events, the rest histograms. Gauges are read and published again every ten seconds.
 */
export function collectorFiles(series: number): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (let i = 0; i < GAUGES; i++) files[`gauge_${i}.yaml`] = gauges(i, Math.round(series / 2 / GAUGES));
  for (let i = 0; i < COUNTERS; i++)
    files[`counter_${i}.yaml`] = counters(i, Math.round(series / 3 / COUNTERS));
  files['ages.yaml'] = histograms(Math.round(series / 6 / LINES_PER_DISTRIBUTION));
  return files;
}

function gauges(number: number, series: number): string {
  const labels = ['project', 'kind', 'status', 'stage', 'ref', 'severity', 'priority'].slice(
    0,
    5 + (number % 3),
  );
  return `
collector: bench_gauge_${number}
description: Items of the bench.
schedule: "*/10 * * * * *"
max_series: ${series}
metrics:
  - name: taiga_bench_items_${number}
    type: gauge
    help: Items of the bench.
    labels: [${labels.join(', ')}]
    value: items
now: |
  SELECT 'project-number-' || n % 97 AS project, 'userstory' AS kind, 'Ready for test ' || n % 10 AS status, 'waiting' AS stage,
    n AS ref, 'Important ' || n % 3 AS severity, 'High ' || n % 4 AS priority,
    (n + extract(epoch FROM CAST(:now AS timestamptz)))::integer % 100 AS items
  FROM generate_series(1, ${series}) AS n
`;
}

/** Each item moves between five statuses, and shares its series with a few others. */
function counters(number: number, series: number): string {
  return `
collector: bench_counter_${number}
description: Moves of the bench.
schedule: "*/10 * * * * *"
timeout: 60s
max_series: ${series}
metrics:
  - name: taiga_bench_moves_${number}_total
    type: counter
    help: Moves of the bench.
    labels: [project, kind, from, to, transition]
events: |
  SELECT key, created_at AS at, 'project-number-' || split_part(key, ':', 2)::integer % ${Math.floor(series / 5)} AS project,
    'userstory' AS kind, 'Status ' || substr(id, 1, 1) AS "from", 'In progress' AS "to", 'moved' AS transition
  FROM (
    SELECT key, created_at, (row_number() OVER (PARTITION BY key ORDER BY created_at) % 5)::text AS id
    FROM history_historyentry WHERE :keys IS NULL OR key = ANY (:keys)
  ) AS entry
`;
}

function histograms(distributions: number): string {
  return `
collector: bench_ages
description: Ages of the bench.
schedule: "*/10 * * * * *"
max_series: ${distributions * LINES_PER_DISTRIBUTION}
metrics:
  - name: taiga_bench_age_seconds
    type: histogram
    help: Ages of the bench.
    labels: [project, kind, status, stage]
    value: age
    buckets: [${BUCKETS.join(', ')}]
now: |
  SELECT 'project-number-' || n % ${distributions} AS project, 'issue' AS kind, 'Needs information' AS status, 'waiting' AS stage, n * 300 AS age
  FROM generate_series(1, 20000) AS n
`;
}
