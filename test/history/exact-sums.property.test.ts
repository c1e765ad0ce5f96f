import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAges } from '../../src/backfill/ages.js';
import { createSeriesWriter, type Edge } from '../../src/backfill/series-writer.js';
import type { Change, Series } from '../../src/backfill/timeline.js';
import { createAccumulator } from '../../src/collectors/accumulator.js';
import type { CollectorDefinition } from '../../src/collectors/definition.js';
import { createEventLedger } from '../../src/collectors/events/ledger.js';
import { NO_LABELS, renderLabels } from '../../src/collectors/labels.js';
import type { Row } from '../../src/database/database.js';
import { createItemNumbers } from '../../src/taiga/changes/item-numbers.js';
import { flatten, type Table } from '../support/samples.js';
import { collector, errorOf, metric } from '../unit/helpers.js';

const COLUMNS = ['moment', 'key', 'kind', 'points', 'seconds'].map((name) => ({ name }));
const EVENTS = collector({
  now: undefined,
  events: { text: 'SELECT 1', file: '/etc/bugflow/items.yaml', line: 9 },
  metrics: [
    metric({ name: 'points_total', type: 'counter', labels: ['kind'], value: 'points' }),
    metric({
      name: 'lead_seconds',
      type: 'histogram',
      labels: ['kind'],
      value: 'seconds',
      buckets: [10, 20],
    }),
  ],
});

interface Event {
  readonly item: string;
  readonly kind: string;
  /** As PostgreSQL writes it. */
  readonly amount: string;
}

/** What binary fractions cannot hold, and what they can; very large and very small. */
const amount = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }).map((thousandths) => (thousandths / 1000).toFixed(3)),
  fc.integer({ min: 0, max: 1_000_000_000 }).map((microseconds) => (microseconds / 1e6).toFixed(6)),
  fc.constantFrom('0.1', '0.2', '0.3', '1e-7', '123456789.123', '0.0005', '2.675'),
);
const event: fc.Arbitrary<Event> = fc.record({
  item: fc.integer({ min: 0, max: 9 }).map((number) => `item ${number}`),
  kind: fc.constantFrom('issue', 'task'),
  amount,
});
const events = fc.array(event, { maxLength: 60 });
const ITEMS = Array.from({ length: 10 }, (_, i) => `item ${i}`);

const rowOf = ({ item, kind, amount: value }: Event, i = 0): Row => [String(i), item, kind, value, value];

/** Rounded as documented, added up in whole numbers of any size, divided at the end. */
function truth(all: readonly Event[]): Table {
  const table: Table = {};
  for (const kind of new Set(all.map((each) => each.kind))) {
    const mine = all.filter((each) => each.kind === kind);
    const total = mine.reduce((sum, each) => sum + BigInt(Math.round(Number(each.amount) * 1000)), 0n);
    const sum = Number(`${total / 1000n}.${String(total % 1000n).padStart(3, '0')}`);
    table[`points_total{kind="${kind}"}`] = sum;
    table[`lead_seconds_sum{kind="${kind}"}`] = sum;
    for (const [bound, text] of [
      [10, '10.0'],
      [20, '20.0'],
      [Infinity, '+Inf'],
    ] as const)
      table[`lead_seconds_bucket{kind="${kind}",le="${text}"}`] = mine.filter(
        (each) => Number(each.amount) <= bound,
      ).length;
    table[`lead_seconds_count{kind="${kind}"}`] = mine.length;
  }
  return table;
}

const NO_AGES = createAges(0, () => undefined);

const edge = (atMs: number, sign = 1): Edge => ({
  atMs,
  sign,
  beginsUs: 0,
  endsMs: Number.POSITIVE_INFINITY,
});

function oneReading(all: readonly Event[], definition: CollectorDefinition = EVENTS): Table {
  const accumulator = createAccumulator(definition, 'events');
  accumulator.add(COLUMNS, all.map(rowOf));
  return flatten(accumulator.families());
}

/** The end of the past, and each line's values on the way there. */
function backfilled(all: readonly Event[]): { end: Table; lines: number[][] } {
  const series: Series[] = [];
  const writer = createSeriesWriter(EVENTS, series, NO_LABELS, NO_AGES);
  const changes: Change[] = [];
  writer.expect(COLUMNS);
  for (const [i, each] of all.entries()) writer.write(rowOf(each, i), edge(i), changes);
  const lines = series.map((_, index) => changes.filter((change) => change.series === index));
  return {
    end: Object.fromEntries(
      series.map(({ name, labels }, i) => [
        name + renderLabels(labels),
        lines[i]?.at(-1)?.value ?? Number.NaN,
      ]),
    ),
    lines: lines.map((line) => line.map(({ value }) => value)),
  };
}

describe('what events add up to', () => {
  it('is the same to the bit as whole numbers of any size, in any order', () => {
    fc.assert(
      fc.property(
        events.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          ),
        ),
        ([all, shuffled]) => {
          expect(oneReading(all)).toEqual(truth(all));
          expect(oneReading(shuffled)).toEqual(truth(all));
        },
      ),
    );
  });

  it('is the same to the bit in any slices, read again in any order, while items grow', () => {
    fc.assert(
      fc.property(
        events,
        fc.array(fc.tuple(fc.subarray(ITEMS), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 8 }),
        (all, looks) => {
          const ledger = createEventLedger(EVENTS, createItemNumbers());
          const look = (keys: readonly string[], known: readonly Event[]): void => {
            const reading = ledger.begin(keys);
            reading.add(COLUMNS, known.filter(({ item }) => keys.includes(item)).map(rowOf));
            reading.commit();
          };
          // At each look more has happened than at the one before.
          for (const [i, [keys, share]] of looks.entries())
            look(keys, all.slice(0, Math.floor((all.length * (i + share)) / looks.length)));
          for (const key of [...ITEMS].reverse()) look([key], all);
          expect(flatten(ledger.finish())).toEqual(truth(all));
        },
      ),
    );
  });

  it('is the end of the backfill, to the bit, and no line of it ever falls', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { end, lines } = backfilled(all);
        expect(end).toEqual(oneReading(all));
        for (const line of lines) expect(line).toEqual([...line].sort((a, b) => a - b));
      }),
    );
  });
});

describe('a gauge with a past', () => {
  const definition = collector({
    metrics: [metric({ name: 'team_points', labels: ['kind'], value: 'points' })],
    spans: { text: 'SELECT 1', file: '/etc/bugflow/items.yaml', line: 20 },
  });

  it('is the same to the bit by its spans, whatever began and ended before, as by the present', () => {
    fc.assert(
      fc.property(events, events, (valid, ended) => {
        const present = createAccumulator(definition, 'now');
        const sums = Object.entries(truth(valid)).filter(([name]) => name.startsWith('points_total'));
        present.add(
          COLUMNS,
          sums.map(([name, sum]) => ['0', '', /kind="(\w+)"/.exec(name)?.[1] ?? '', String(sum), null]),
        );
        const series: Series[] = [];
        const changes: Change[] = [];
        const writer = createSeriesWriter(definition, series, NO_LABELS, NO_AGES);
        writer.expect(COLUMNS);
        for (const [all, sign] of [
          [ended, 1],
          [valid, 1],
          [ended, -1],
        ] as const)
          for (const each of all) writer.write(rowOf(each), edge(0, sign), changes);
        const end = Object.fromEntries(
          series.map(({ name, labels }, i) => [
            name + renderLabels(labels),
            changes.filter((change) => change.series === i).at(-1)?.value ?? Number.NaN,
          ]),
        );
        // Like the present, the past does not show what is not so.
        const nothingLeft = Object.fromEntries(Object.keys(end).map((name) => [name, Number.NaN]));
        expect(end).toEqual({ ...nothingLeft, ...flatten(present.families()) });
      }),
    );
  });
});

describe('what cannot be counted exactly', () => {
  // 2^53 thousandths and a little.
  it.each(['9007199254741', '1e15', 'Infinity'])('is refused: %s', async (value) => {
    const error = await errorOf(() => oneReading([{ item: 'item 0', kind: 'task', amount: value }]));
    expect(error.code).toBe('COLLECTOR_VALUE');
    expect(error.place).toEqual({ file: '/etc/bugflow/items.yaml', line: 4 });
    expect(error.message).toContain('; choose a larger unit');
  });

  it('is refused when it is the total, in a ledger without counting anything twice', async () => {
    const half = { item: 'item 0', kind: 'task', amount: '5000000000000' };
    const other = { ...half, item: 'item 1' };
    expect((await errorOf(() => oneReading([half, other]))).message).toMatch(
      /^\/etc\/bugflow\/items\.yaml:4: column "points" of counter "points_total" holds 5000000000000, with which it adds up to more than can be counted exactly in thousandths; choose a larger unit$/,
    );
    const ledger = createEventLedger(EVENTS, createItemNumbers());
    const take = (keys: readonly string[], all: readonly Event[]): void => {
      const reading = ledger.begin(keys);
      reading.add(COLUMNS, all.map(rowOf));
      reading.commit();
    };
    take(['item 0'], [half]);
    expect((await errorOf(() => take(['item 1'], [other]))).code).toBe('COLLECTOR_VALUE');
    take(['item 0', 'item 1'], [half, { ...other, amount: '1' }]);
    expect(flatten(ledger.finish())['points_total{kind="task"}']).toBe(5_000_000_000_001);
  });
});

describe('one set of rules', () => {
  it('refuses negative numbers and too many series in the backfill, too', async () => {
    const writer = createSeriesWriter({ ...EVENTS, maxSeries: 6 }, [], NO_LABELS, NO_AGES);
    writer.expect(COLUMNS);
    const write = (kind: string, amount: string) => () =>
      writer.write(rowOf({ item: 'item 0', kind, amount }), edge(0), []);
    expect((await errorOf(write('task', '-1'))).code).toBe('COLLECTOR_VALUE');
    write('task', '1')();
    expect((await errorOf(write('issue', '1'))).code).toBe('COLLECTOR_TOO_MANY_SERIES');
  });

  it('wants the key of events in each reading of them', async () => {
    const columns = COLUMNS.filter(({ name }) => name !== 'key');
    const error = await errorOf(() => createAccumulator(EVENTS, 'events').expect(columns));
    expect(error.code).toBe('COLLECTOR_COLUMN_MISSING');
  });
});
