import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BackfillTarget } from '../../src/backfill/backfill.js';
import { backfill } from '../../src/main/backfill.js';
import { loadInstallation } from '../../src/main/installation.js';
import {
  isInstalled,
  type MetricsServer,
  PROMETHEUS_IS_HERE,
  startPrometheus,
  startVictoriaMetrics,
} from '../backfill/servers.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { rounded, type Table } from '../support/samples.js';
import { readDiary, replayEvents, replayGauges, totals } from '../support/true-past.js';
import { folderWith } from '../unit/helpers.js';

const HOUR_MS = 3_600_000;
/** Coarse: a moment is right or wrong by itself, and the year with the usual step is that of the demo in compose. */
const STEP_MS = 30 * 60_000;
const FROM = Date.parse('2025-11-17T00:00:00Z');
const TO = Date.parse('2026-11-21T00:00:00Z');
/** Spread over the year, on the grid of the backfill. */
const MOMENTS = Array.from(
  { length: 12 },
  (_, i) => Math.round((FROM + ((TO - FROM) * (i + 1)) / 13) / STEP_MS) * STEP_MS,
);

async function table(
  server: MetricsServer,
  query: string,
  labels: readonly string[],
  atMs: number,
): Promise<Table> {
  const response = await fetch(
    `${server.url}/api/v1/query?${new URLSearchParams({ query, time: String(atMs / 1000) })}`,
  );
  const body = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return rounded(
    Object.fromEntries(
      body.data.result.map(({ metric, value }) => [
        labels.map((label) => metric[label] ?? '').join(' | '),
        Number(value[1]),
      ]),
    ),
  );
}

describe.skipIf(!hasSample || !hasPostgres || !PROMETHEUS_IS_HERE)(
  "the sample's year (skipped without ../shared/taiga, PostgreSQL or prometheus)",
  () => {
    let cluster: Cluster;

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
    });
    afterAll(() => cluster?.close());

    const fill = async (
      target: BackfillTarget,
      { fromMs, toMs, stepMs }: Readonly<Record<'fromMs' | 'toMs' | 'stepMs', number>>,
    ): Promise<void> => {
      const source = { file: undefined, env: { TAIGA_DATABASE_URL: cluster.urlWith({ database: 'taiga' }) } };
      await backfill(await loadInstallation(source), {
        from: new Date(fromMs),
        to: new Date(toMs),
        stepMs,
        target,
        includeRecent: true,
        now: new Date(SAMPLE_NOW),
        print: () => undefined,
      });
    };

    const expectTruth = async (server: MetricsServer, moments: readonly number[]): Promise<void> => {
      const diary = readDiary();
      const gauges = replayGauges(diary, moments, { priority: (_project, name) => name });
      const events = replayEvents(diary, { told: (line) => ({ from: line.from ?? '' }) });
      for (const [i, moment] of moments.entries()) {
        const at = (query: string, labels: readonly string[]): Promise<Table> =>
          table(server, query, labels, moment);
        expect(
          await at('sum by (project, kind, status) (taiga_items)', ['project', 'kind', 'status']),
        ).toEqual(gauges[i]?.items);
        expect(
          await at('sum by (project, status, closed) (taiga_userstory_points)', [
            'project',
            'status',
            'closed',
          ]),
        ).toEqual(rounded(gauges[i]?.points ?? {}));
        expect(await at('sum by (project, kind) (taiga_items_blocked)', ['project', 'kind'])).toEqual(
          gauges[i]?.blocked,
        );
        expect(
          await at('sum by (project, sprint, closed) (taiga_sprint_points)', ['project', 'sprint', 'closed']),
        ).toEqual(rounded(gauges[i]?.sprintPoints ?? {}));
        expect(await at('sum by (project, kind) (taiga_items_closed_total)', ['project', 'kind'])).toEqual(
          totals(events.closed, moment),
        );
        expect(
          await at('sum by (project, kind) (taiga_lead_time_seconds_count)', ['project', 'kind']),
        ).toEqual(totals(events.closed, moment));
      }
    };

    test('is in Prometheus as it was', async () => {
      const data = await folderWith({});
      await fill({ prometheusData: data }, { fromMs: FROM, toMs: TO, stepMs: STEP_MS });
      const prometheus = await startPrometheus(data, { flags: ['--storage.tsdb.retention.time=5y'] });
      onTestFinished(() => prometheus.stop());
      expect(await table(prometheus, 'count(taiga_items)', [], TO)).not.toEqual({});
      await expectTruth(prometheus, MOMENTS);
    });

    test.skipIf(!isInstalled('victoria-metrics'))(
      'is in VictoriaMetrics, by remote write, as it was (skipped without victoria-metrics)',
      async () => {
        const victoria = await startVictoriaMetrics();
        onTestFinished(() => victoria.stop());
        // In the retention of VictoriaMetrics there is only the last month.
        const moment = Math.floor((MOMENTS.at(-1) ?? TO) / HOUR_MS) * HOUR_MS;
        await fill(
          { remoteWrite: `${victoria.url}/api/v1/write` },
          { fromMs: moment - 24 * HOUR_MS, toMs: moment, stepMs: HOUR_MS },
        );
        await expect.poll(() => table(victoria, 'count(taiga_items)', [], moment)).not.toEqual({});
        await expectTruth(victoria, [moment]);
      },
    );
  },
);
