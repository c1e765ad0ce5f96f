import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { eventually } from '../support/eventually.js';
import { startDemoInPrometheus } from './demo-in-prometheus.js';

const DAY_MS = 86_400_000;
const STEP_MS = 15 * 60_000;

interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The examples of a page, each with the question before it. */
async function examples(page: string): Promise<{ question: string; query: string }[]> {
  const text = await readFile(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/\n\n([^\n]+)\n\n```promql\n([\s\S]*?)```/g)].map(
    ([, question = '', query = '']) => ({
      question,
      query,
    }),
  );
}

async function ask(url: string, query: string): Promise<Answer[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
  const body = (await response.json()) as {
    status: string;
    error?: string;
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (body.status !== 'success') throw new Error(`${query}: ${body.error}`);
  return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

describe.skipIf(!PROMETHEUS_IS_HERE)(
  "the demo's year in Prometheus (skipped without prometheus and promtool)",
  () => {
    test('past and present are one line, and every example of the documentation has an answer', async () => {
      const { url, prometheus } = await startDemoInPrometheus(STEP_MS, '1s');
      const expected = await closedSince(url, new Date(Date.now() - 7 * DAY_MS));
      expect(expected).toBeGreaterThan(5);
      // A scrape that does not make it in its second empties the present for a while.
      await eventually(async () => {
        const grown = await ask(
          prometheus.url,
          'sum(taiga_items_closed_total) - sum(last_over_time(taiga_items_closed_total[15m] offset 7d))',
        );
        const increase = await ask(prometheus.url, 'sum(increase(taiga_items_closed_total[7d]))');
        // Items closed, reopened and closed again count twice here, once in the tables.
        expect(grown[0]?.value).toBeGreaterThanOrEqual(expected);
        expect(grown[0]?.value).toBeLessThanOrEqual(expected * 1.5);
        expect(increase[0]?.value).toBeCloseTo(grown[0]?.value ?? Number.NaN, -1);
      });
      // Over the seam: one series each, that grew by what the database says was closed meanwhile, and never falls.
      expect(await ask(prometheus.url, 'resets(taiga_items_closed_total[30d]) > 0')).toEqual([]);
      expect(await ask(prometheus.url, 'count by (project, kind) (taiga_items_closed_total) > 1')).toEqual(
        [],
      );

      const asked = await examples('metrics.md');
      expect(asked.length).toBeGreaterThanOrEqual(10);
      for (const { question, query } of asked) {
        await eventually(async () => {
          const answers = await ask(prometheus.url, query);
          expect(answers.length, question).toBeGreaterThan(0);
          expect(
            answers.some(({ value }) => Number.isFinite(value)),
            question,
          ).toBe(true);
        });
      }
    });
  },
);

/** Second way: what the tables say was closed after a moment, and is closed now. */
async function closedSince(url: string, since: Date): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ closed: string }>(
      `SELECT (SELECT count(*) FROM userstories_userstory WHERE finish_date > $1)
            + (SELECT count(*) FROM tasks_task WHERE finished_date > $1)
            + (SELECT count(*) FROM issues_issue WHERE finished_date > $1) AS closed`,
      [since],
    );
    return Number(rows[0]?.closed);
  } finally {
    await client.end();
  }
}
