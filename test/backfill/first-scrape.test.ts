import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findFirstScrape } from '../../src/backfill/first-scrape.js';
import { serve } from '../http/servers.js';
import { eventually } from '../support/eventually.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import { freePort, PROMETHEUS_IS_HERE, startPrometheus } from './servers.js';

const WAIT_MS = 120_000;

/** Somebody to scrape, whose counter appears when it is told to. */
async function startTarget(): Promise<{ readonly instance: string; show(): void }> {
  let text = '';
  const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return {
    instance: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    show() {
      text = 'team_items_created_total{project="webshop"} 5\nteam_items_created_total{project="app"} 1\n';
    },
  };
}

const config = (instance: string): string =>
  `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: team, static_configs: [{ targets: ["${instance}"] }] }]\n`;

describe.skipIf(!PROMETHEUS_IS_HERE)('with Prometheus (skipped without prometheus and promtool)', () => {
  test('waits for the first scrape that has the counter, and finds it again later', async () => {
    const target = await startTarget();
    const { url } = await startPrometheus(await folderWith({}), { config: config(target.instance) });
    const scraped = {
      ...{ prometheusUrl: url, metric: 'team_items_created_total', job: 'team', instance: target.instance },
    };
    const found = findFirstScrape(scraped, { waitMs: WAIT_MS });
    await sleep(1500);
    const shownAt = Date.now();
    target.show();
    const atMs = await found;
    expect(atMs).toBeGreaterThan(shownAt - 1000);
    await eventually(async () => {
      const answer = await fetch(`${url}/api/v1/query?query=team_items_created_total[1h]`);
      const { data } = (await answer.json()) as { data: { result: { values: [number, string][] }[] } };
      const times = data.result.flatMap(({ values }) => values.map(([at]) => Math.round(at * 1000)));
      expect(times.length).toBeGreaterThan(3);
      expect(atMs).toBe(Math.min(...times));
    });
    expect(await findFirstScrape(scraped, { waitMs: 0 })).toBe(atMs);
  });

  test('knows that nobody of that name is scraped, and gives up on a target that says nothing', async () => {
    const target = await startTarget();
    const { url } = await startPrometheus(await folderWith({}), { config: config(target.instance) });
    const scraped = { prometheusUrl: url, metric: 'team_items_created_total', job: 'team' };
    await eventually(async () =>
      expect(
        await errorOf(findFirstScrape({ ...scraped, instance: target.instance }, { waitMs: 0 })),
      ).toMatchObject({
        code: 'BACKFILL_UNSCRAPED',
        message: expect.stringContaining('has no samples of it yet'),
      }),
    );
    expect(await findFirstScrape({ ...scraped, instance: 'other:1' }, { waitMs: 0 })).toBeUndefined();
  });
});

test.each([
  ['that is not there', async () => `http://127.0.0.1:${await freePort()}`, /ECONNREFUSED|refused/],
  ['that is none', async () => `http://${(await startTarget()).instance}`, /not a Prometheus|JSON/],
])('a Prometheus %s is named', async (_, url, reason) => {
  const scraped = { metric: 'team_items_created_total', job: 'team', instance: 'team:1' };
  const error = await errorOf(findFirstScrape({ ...scraped, prometheusUrl: await url() }, { waitMs: 0 }));
  expect(error.code).toBe('BACKFILL_UNSCRAPED');
  expect(error.message).toMatch(reason);
});

/** A Prometheus that scrapes, or has, nothing of ours. */
async function startAnswering(activeTargets: readonly unknown[]): Promise<string> {
  const url = await serve((request, response) => {
    const data = request.url?.includes('/targets') ? { activeTargets } : { result: [] };
    response.end(JSON.stringify({ status: 'success', data }));
  });
  return url.replace('http://', 'http://ann:geheim@');
}
const AWAITED = { metric: 'team_items_created_total', job: 'team', instance: 'team:1' };

test('the password in its address is not shown where it has nothing yet', async () => {
  const { job, instance } = AWAITED;
  const prometheusUrl = await startAnswering([{ labels: { job, instance } }]);
  const error = await errorOf(findFirstScrape({ ...AWAITED, prometheusUrl }, { waitMs: 0 }));
  expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ scrapes team:1, but has no samples of it yet/);
});
