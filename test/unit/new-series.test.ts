import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MetricFamily } from '../../src/collectors/families.js';
import { createNewSeries, type NewSeries, type NewSeriesOptions } from '../../src/collectors/new-series.js';
import { flatten, type Table } from '../support/samples.js';
import { deferred, metric } from './helpers.js';

const ZERO_FOR_MS = 120_000;

const counter = (values: Readonly<Record<string, number>>): MetricFamily => ({
  metric: metric({ name: 'closed_total', type: 'counter' }),
  values: new Map(Object.entries(values).map(([project, value]) => [project, value])),
});
const histogram = (sums: Readonly<Record<string, number>>): MetricFamily => ({
  metric: metric({ name: 'lead_seconds', type: 'histogram', buckets: [10] }),
  distributions: new Map(Object.entries(sums).map(([project, sum]) => [project, { counts: [1, 1], sum }])),
});

function begin(options: Partial<NewSeriesOptions> = {}): { series: NewSeries; published: Table[] } {
  const published: Table[] = [];
  const series = createNewSeries({
    zeroForMs: ZERO_FOR_MS,
    publish: async (families) => void published.push(flatten(families)),
    ...options,
  });
  return { series, published };
}
const closed = (project: string, value: number): Table => ({
  [`closed_total{project="${project}"}`]: value,
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a counter that is new', () => {
  test('is 0 at first, then shows what happened, though nothing else happens', async () => {
    const { series, published } = begin();
    await series.publish([counter({ shop: 5 })], true);
    await series.publish([counter({ shop: 6, app: 1 })], false);
    expect(published).toEqual([closed('shop', 5), { ...closed('shop', 6), ...closed('app', 0) }]);
    await vi.advanceTimersByTimeAsync(ZERO_FOR_MS - 1);
    expect(published).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(published.slice(2)).toEqual([{ ...closed('shop', 6), ...closed('app', 1) }]);
    await vi.advanceTimersByTimeAsync(10 * ZERO_FOR_MS);
    expect(published).toHaveLength(3);
  });

  test('shows at the end all that happened meanwhile, and stays 0 until then whatever is published', async () => {
    const { series, published } = begin();
    await series.publish([counter({})], true);
    for (const value of [1, 2, 3]) {
      await series.publish([counter({ app: value })], false);
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(published.slice(1)).toEqual([closed('app', 0), closed('app', 0), closed('app', 0)]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(published.at(-1)).toEqual(closed('app', 3));
  });

  test('is shown at the end though publishing takes longer than the time for which it is 0', async () => {
    const published: Table[] = [];
    const { series } = begin({
      publish: async (families) => {
        await new Promise((resolve) => setTimeout(resolve, 2 * ZERO_FOR_MS));
        published.push(flatten(families));
      },
    });
    void series.publish([counter({})], true);
    void series.publish([counter({ app: 1 })], false);
    await vi.advanceTimersByTimeAsync(10 * ZERO_FOR_MS);
    expect(published.at(-1)).toEqual(closed('app', 1));
  });

  test('has its own time: later ones wait longer', async () => {
    const { series, published } = begin();
    await series.publish([counter({})], true);
    await series.publish([counter({ a: 1 })], false);
    await vi.advanceTimersByTimeAsync(60_000);
    await series.publish([counter({ a: 1, b: 1 })], false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(published.at(-1)).toEqual({ ...closed('a', 1), ...closed('b', 0) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(published.at(-1)).toEqual({ ...closed('a', 1), ...closed('b', 1) });
    expect(published).toHaveLength(5);
  });

  test('is 0 in all lines of a histogram', async () => {
    const { series, published } = begin();
    await series.publish([histogram({ shop: 20 })], true);
    await series.publish([histogram({ shop: 20, app: 30 })], false);
    const ofApp = Object.entries(published.at(-1) ?? {}).filter(([line]) => line.includes('app'));
    expect(ofApp.map(([, value]) => value)).toEqual([0, 0, 0, 0]);
    await vi.advanceTimersByTimeAsync(ZERO_FOR_MS);
    expect(published.at(-1)).toMatchObject({
      'lead_seconds_sum{project="app"}': 30,
      'lead_seconds_count{project="app"}': 2,
      'lead_seconds_sum{project="shop"}': 20,
    });
  });

  test('shows at once what happened where zeroForMs is 0', async () => {
    const { series, published } = begin({ zeroForMs: 0 });
    await series.publish([counter({})], true);
    await series.publish([counter({ app: 1 })], false);
    expect(published.at(-1)).toEqual(closed('app', 1));
  });
});

describe('a counter that stood before is never 0', () => {
  test('at the first reading', async () => {
    const { series, published } = begin();
    await series.publish([counter({ shop: 5, app: 9 })], true);
    expect(published).toEqual([{ ...closed('shop', 5), ...closed('app', 9) }]);
  });

  test('when everything is read anew, from another server perhaps', async () => {
    const { series, published } = begin();
    await series.publish([counter({ shop: 5 })], true);
    await series.publish([counter({ shop: 5, renamed: 80 })], true);
    expect(published.at(-1)).toEqual({ ...closed('shop', 5), ...closed('renamed', 80) });
    // But what was 0 stays 0 until its time is over.
    await series.publish([counter({ shop: 5, renamed: 80, app: 1 })], false);
    await series.publish([counter({ shop: 5, renamed: 80, app: 2 })], true);
    expect(published.at(-1)).toMatchObject(closed('app', 0));
    await vi.advanceTimersByTimeAsync(ZERO_FOR_MS);
    expect(published.at(-1)).toMatchObject(closed('app', 2));
  });

  test('when it comes back', async () => {
    const { series, published } = begin();
    await series.publish([counter({ shop: 5, app: 9 })], true);
    await series.publish([counter({ shop: 5 })], true);
    await series.publish([counter({ shop: 5, app: 9 })], false);
    expect(published.at(-1)).toMatchObject(closed('app', 9));
  });

  test('after a reload, while what was still 0 stays so for the rest of its time', async () => {
    const first = begin();
    await first.series.publish([counter({ shop: 5 })], true);
    await first.series.publish([counter({ shop: 5, app: 1 })], false);
    await vi.advanceTimersByTimeAsync(50_000);
    const held = await first.series.close();
    const { series, published } = begin({ held });
    await series.publish([counter({ shop: 6, app: 1, other: 70 })], true);
    expect(published).toEqual([{ ...closed('shop', 6), ...closed('app', 0), ...closed('other', 70) }]);
    await vi.advanceTimersByTimeAsync(69_999);
    expect(published).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(published.at(-1)).toMatchObject(closed('app', 1));
    await vi.advanceTimersByTimeAsync(10 * ZERO_FOR_MS);
    expect(first.published).toHaveLength(2);
  });
});

test('what was withdrawn is not published again by itself', async () => {
  const { series, published } = begin();
  await series.publish([counter({})], true);
  await series.publish([counter({ app: 1 })], false);
  series.withdraw();
  await vi.advanceTimersByTimeAsync(2 * ZERO_FOR_MS);
  expect(published).toHaveLength(2);
  await series.publish([counter({ app: 1 })], false);
  expect(published.at(-1)).toEqual(closed('app', 1));
});

test('one state is published after another, and what waits in vain is left out', async () => {
  const slow = deferred();
  const published: Table[] = [];
  const { series } = begin({
    async publish(families) {
      published.push(flatten(families));
      if (published.length === 2) await slow.promise;
    },
  });
  await series.publish([counter({})], true);
  const second = series.publish([counter({ app: 1 })], false);
  await vi.advanceTimersByTimeAsync(ZERO_FOR_MS);
  expect(published).toHaveLength(2);
  const closing = series.close();
  slow.resolve();
  await second;
  await closing;
  expect(published).toHaveLength(2);
});

test('a failing publication fails whoever asked for it, and not the next', async () => {
  let fails = true;
  const { series } = begin({
    async publish() {
      if (fails) throw new Error('no room');
    },
  });
  await expect(series.publish([counter({})], true)).rejects.toThrow('no room');
  fails = false;
  await series.publish([counter({ app: 1 })], false);
});
