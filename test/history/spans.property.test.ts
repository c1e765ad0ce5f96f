import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { verifyHistory } from '../../src/collectors/verify.js';
import { cases, SEED, seeds } from '../support/effort.js';
import { collectorsWith, type Kit, openKit, type TextRow } from '../support/kit.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { agesOf, edgesOf, gaugesOf } from '../support/random-gauges.js';
import {
  arbitraryItems,
  BOARD,
  loadItems,
  PAST_NOW,
  PAST_START,
  type RandomItem,
} from '../support/random-items.js';
import { Samples, samplesAt } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';
import { bucketAges, countAges, sumAges } from '../support/true-ages.js';
import { worldGauges } from '../support/world-gauges.js';

let server: TestPostgres;
let kit: Kit;

beforeAll(async () => {
  server = await startEitherPostgres();
});
afterAll(() => server?.close());
// One that is left in the middle of its work is closed with all that it was at.
beforeEach(async () => {
  kit = await openKit(server.url);
});
afterEach(() => kit?.close());

function pastOf(now: string, moments: readonly number[]): Promise<Samples[]> {
  const collectors = collectorsWith(kit, 'spans').map((name) => kit.collector(name));
  return samplesAt(
    createDatabaseTimeline({ collectors, reader: kit.reader, values: kit.values(now), targetLabels: {} }),
    moments,
  );
}

describe('spans of random histories', () => {
  const property = (check: (items: RandomItem[], moments: number[]) => Promise<void>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        arbitraryItems(),
        fc.uniqueArray(fc.integer({ min: PAST_START, max: Date.parse(PAST_NOW) }), {
          minLength: 5,
          maxLength: 25,
        }),
        async (items, moments) => {
          await loadItems(server, items);
          const all = new Set([...moments, ...edgesOf(items)].filter((at) => at <= Date.parse(PAST_NOW)));
          await check(
            items,
            [...all].sort((a, b) => a - b),
          );
        },
      ),
      { numRuns: cases(2), seed: SEED, endOnFailure: true },
    );

  it('partition each item’s life, and give at any moment what a naive replay gives', () =>
    property(async (items, moments) => {
      for (const relation of ['state', 'status_stay']) {
        const rows = await kit.relationRows(relation, PAST_NOW);
        const lives = byKey(rows);
        expect(lives.size).toBe(items.length);
        for (const item of items) assertPartition(item, lives.get(item.key) ?? []);
      }
      const past = await pastOf(PAST_NOW, moments);
      for (const [i, moment] of moments.entries()) {
        const table = (metric: string, labels: readonly string[]) => [metric, past[i]?.table(metric, labels)];
        for (const [metric, labels, wanted] of gaugesOf(items, moment))
          expect(table(metric, labels)).toEqual([metric, wanted]);
        for (const [metric, labels, ages] of agesOf(items, moment)) {
          expect(table(`${metric}_count`, labels)).toEqual([`${metric}_count`, countAges(ages)]);
          expect(table(`${metric}_sum`, labels)).toEqual([`${metric}_sum`, sumAges(ages)]);
          expect(table(`${metric}_bucket`, [...labels, 'le'])).toEqual([
            `${metric}_bucket`,
            bucketAges(ages, kit.buckets(metric)),
          ]);
        }
      }
      expect(await verifyHistory(kit.reader, kit.library.collectors, kit.values(PAST_NOW))).toEqual([]);
    }));

  it('have statuses that were never used, at 0', async () => {
    await loadItems(server, []);
    const now = await kit.families('items', PAST_NOW);
    const [family] = now;
    const used = family && 'values' in family ? [...family.values.values()] : [];
    expect(used).toEqual(new Array<number>(4 * BOARD.length).fill(0));
    expect(await verifyHistory(kit.reader, [kit.collector('items')], kit.values(PAST_NOW))).toEqual([]);
  });
});

function byKey(rows: readonly TextRow[]): Map<string, TextRow[]> {
  const groups = new Map<string, TextRow[]>();
  for (const row of rows) {
    const key = row.key ?? '';
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}

/** No gap, no overlap, nothing empty: from the birth to the death, or on and on. */
function assertPartition(item: RandomItem, rows: readonly TextRow[]): void {
  const spans = rows
    .map(({ valid_from, valid_to }) => ({ from: valid_from ?? '', to: valid_to ?? null }))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  expect(Date.parse(spans[0]?.from ?? '')).toBe(item.born);
  const end = spans.at(-1)?.to ?? null;
  expect(end === null ? null : Date.parse(end)).toBe(item.died ?? null);
  for (const [i, { from, to }] of spans.entries()) {
    if (to !== null) expect(Date.parse(to)).toBeGreaterThan(Date.parse(from));
    const next = spans[i + 1];
    if (next) expect(next.from).toBe(to);
  }
}

describe('spans of a team at work', () => {
  it.each(seeds(41, 2))('give after each deed what was so then (seed %i)', async (seed) => {
    const world = new TeamWorld(seed);
    world.leavesTraces = true;
    const moments: number[] = [];
    const truth: ReturnType<typeof worldGauges>[] = [];
    for (let i = 0; i < 150; i++) {
      world.anything();
      moments.push(Date.parse(world.now));
      truth.push(worldGauges(world));
    }
    await world.loadElsewhere(server);
    const past = await pastOf(world.now, moments);
    for (const [i, gaugesThen] of truth.entries())
      for (const [metric, labels, wanted] of gaugesThen(world))
        expect([i, metric, past[i]?.table(metric, labels)]).toEqual([i, metric, wanted]);
    expect(await verifyHistory(kit.reader, kit.library.collectors, kit.values(world.now))).toEqual([]);

    // What is not there now is not there at the past's end, either, not even as 0: a sprint that was current, a column that is empty.
    const end = past.at(-1)?.lines() ?? {};
    const there = Object.keys(end).filter((line) => !Number.isNaN(end[line]));
    const families = await Promise.all(
      collectorsWith(kit, 'spans').map((name) => kit.families(name, world.now)),
    );
    expect(there.toSorted()).toEqual(Object.keys(Samples.of(families.flat()).lines()).toSorted());
  });
});
