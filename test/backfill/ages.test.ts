import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { walkSteps } from '../../src/backfill/steps.js';
import type { Row } from '../../src/database/database.js';
import type { ParameterValues } from '../../src/taiga/parameters.js';
import type { Reader } from '../../src/taiga/reader.js';
import { collector, metric } from '../unit/helpers.js';

/** Something that is observed from one moment to another, at an age of its own. */
interface Observed {
  readonly fromUs: number;
  readonly toUs: number;
  /** Its age where it begins. */
  readonly ageUs: number;
}

const START_US = Date.parse('2026-03-01T00:00:00Z') * 1000;
const NOW_US = Date.parse('2026-03-11T00:00:00Z') * 1000;
const MINUTE_US = 60_000_000;
const BUCKETS = [60, 3600, 86_400];
const STEP_MS = 1000;
const SQL = { text: 'SELECT 1', file: 'age.yaml', line: 1 };
const AGES = collector({
  metrics: [metric({ name: 'age_seconds', type: 'histogram', labels: [], value: 'age', buckets: BUCKETS })],
  now: SQL,
  spans: SQL,
});

/** As the database hands them over: `part, moment, sign, begins, ends, age`, in order of time. */
function edgesOf(all: readonly Observed[]): Row[] {
  const rows = all.flatMap(({ fromUs, toUs, ageUs }) => {
    const isOver = toUs <= NOW_US;
    const age = (ageUs / 1e6).toFixed(6);
    const row = (atUs: number, sign: number): Row => [
      '0',
      String(Math.ceil(atUs / 1000)),
      String(sign),
      String(fromUs),
      isOver ? String(Math.ceil(toUs / 1000)) : null,
      age,
    ];
    return isOver ? [row(fromUs, 1), row(toUs, -1)] : [row(fromUs, 1)];
  });
  return rows.sort((a, b) => Number(a[1]) - Number(b[1]));
}

function readerOf(rows: readonly Row[]): Reader {
  const batches = [rows, []];
  const next = async () => ({ columns: [], rows: batches.shift() ?? [] });
  return {
    lacking: async () => [],
    readTogether: (_merged, _values, consume) => consume([{ next }]),
  } as Pick<Reader, 'lacking' | 'readTogether'> as Reader;
}

/** What is observed at a moment, counted one by one. */
function truth(all: readonly Observed[], atMs: number): number[] {
  const ages = all
    .filter(({ fromUs, toUs }) => Math.ceil(fromUs / 1000) <= atMs && Math.ceil(toUs / 1000) > atMs)
    .map(({ fromUs, ageUs }) => atMs * 1000 - fromUs + ageUs);
  return [
    ...BUCKETS.map((bound) => ages.filter((age) => age <= bound * 1e6).length),
    ages.length,
    ages.reduce((sum, age) => sum + Math.round(age / 1000), 0) / 1000,
    ages.length,
  ];
}

test('what ages counts in each bucket until it outgrows it, and its sum grows by the second', async () => {
  const observed = fc
    .record({
      // Few distinct moments, so that several things happen at one of them.
      fromUs: fc.oneof(
        fc.integer({ min: 0, max: 20 }).map((minutes) => START_US + minutes * MINUTE_US),
        fc.integer({ min: START_US, max: NOW_US }),
      ),
      forUs: fc.oneof(
        fc.constantFrom(1, 1000, MINUTE_US, 60 * MINUTE_US),
        fc.integer({ min: 1, max: 20 * 1440 * MINUTE_US }),
      ),
      ageUs: fc.oneof(
        fc.constantFrom(0, 500, 1500, MINUTE_US, MINUTE_US - 1, MINUTE_US + 1),
        fc.integer({ min: 0, max: 3 * 1440 * MINUTE_US }),
      ),
    })
    .map(({ fromUs, forUs, ageUs }): Observed => ({ fromUs, toUs: fromUs + forUs, ageUs }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(observed, { maxLength: 30 }),
      fc.integer({ min: 0, max: 86_400 * 9 }),
      async (all, offset) => {
        const timeline = createDatabaseTimeline({
          collectors: [AGES],
          reader: readerOf(edgesOf(all)),
          values: { now: new Date(NOW_US / 1000).toISOString() } as unknown as ParameterValues,
          targetLabels: {},
        });
        const fromMs = START_US / 1000 + offset * 1000;
        await walkSteps(
          timeline,
          { fromMs, toMs: fromMs + 300 * STEP_MS, stepMs: STEP_MS },
          {
            step({ atMs, values, present }) {
              if (present > 0) expect([...values.slice(0, 6)]).toEqual(truth(all, atMs));
              return undefined;
            },
          },
        );
      },
    ),
  );
});
