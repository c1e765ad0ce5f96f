import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventLedger, type EventLedger } from '../../src/collectors/events/ledger.js';
import type { Row } from '../../src/database/database.js';
import { createItemNumbers } from '../../src/taiga/changes/item-numbers.js';
import { flatten, type Table } from '../support/samples.js';
import { collector, errorOf, metric } from '../unit/helpers.js';

const COLUMNS = ['key', 'kind', 'closed', 'seconds'].map((name) => ({ name }));
const DEFINITION = collector({
  name: 'lifecycle',
  now: undefined,
  events: { text: 'SELECT 1', file: '/etc/bugflow/lifecycle.yaml', line: 9 },
  metrics: [
    metric({ name: 'closed_total', type: 'counter', labels: ['kind'], value: 'closed' }),
    metric({
      name: 'lead_seconds',
      type: 'histogram',
      labels: ['kind'],
      value: 'seconds',
      buckets: [10, 20],
    }),
  ],
});

const totals = (ledger: EventLedger): Table => flatten(ledger.finish());

/** Reads items as the event reading does: in one slice. */
function take(ledger: EventLedger, keys: readonly string[], rows: readonly Row[]): boolean {
  const reading = ledger.begin(keys);
  reading.add(COLUMNS, rows);
  return reading.commit();
}

describe('the ledger', () => {
  it('adds up events: counts, and observations into cumulated buckets', () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    const reading = ledger.begin(['issue 1', 'issue 2', 'task 1']);
    reading.add(COLUMNS, [
      ['issue 1', 'issue', '1', '5'],
      ['issue 1', 'issue', '1', '10'],
    ]);
    reading.add(COLUMNS, [
      ['issue 2', 'issue', '1', '10.5'],
      ['task 1', 'task', '2', '21'],
      ['task 1', 'task', null, null],
    ]);
    reading.commit();
    expect(totals(ledger)).toEqual({
      'closed_total{kind="issue"}': 3,
      'closed_total{kind="task"}': 2,
      'lead_seconds_bucket{kind="issue",le="10.0"}': 2,
      'lead_seconds_bucket{kind="issue",le="20.0"}': 3,
      'lead_seconds_bucket{kind="issue",le="+Inf"}': 3,
      'lead_seconds_sum{kind="issue"}': 25.5,
      'lead_seconds_count{kind="issue"}': 3,
      'lead_seconds_bucket{kind="task",le="10.0"}': 0,
      'lead_seconds_bucket{kind="task",le="20.0"}': 0,
      'lead_seconds_bucket{kind="task",le="+Inf"}': 1,
      'lead_seconds_sum{kind="task"}': 21,
      'lead_seconds_count{kind="task"}': 1,
    });
  });

  it('puts what is read again in the place of what it was, and says whether that changed anything', () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    const first: Row[] = [['issue 1', 'issue', '1', '5']];
    expect(take(ledger, ['issue 1'], first)).toBe(true);
    const before = totals(ledger);
    expect(take(ledger, ['issue 1'], first)).toBe(false);
    expect(totals(ledger)).toEqual(before);
    expect(take(ledger, ['issue 1'], [...first, ['issue 1', 'issue', '1', '7']])).toBe(true);
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(2);
    expect(totals(ledger)['lead_seconds_sum{kind="issue"}']).toBe(12);
  });

  it('leaves out items that are only read along', () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    take(ledger, ['task 1'], [['story 1', 'userstory', '1', '5']]);
    expect(totals(ledger)).toEqual({});
    expect(take(ledger, ['story 1'], [['story 1', 'userstory', '1', '5']])).toBe(true);
  });

  it('never falls, should an item’s past look different on a second reading', () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    take(
      ledger,
      ['a'],
      [
        ['a', 'issue', '1', '5'],
        ['a', 'issue', '1', '15'],
      ],
    );
    const before = totals(ledger);
    for (const rows of [[], [['a', 'issue', '1', '15']], [['a', 'task', '1', '5']]] as Row[][]) {
      take(ledger, ['a'], rows);
      for (const [series, value] of Object.entries(before))
        expect([series, totals(ledger)[series]]).toEqual([series, value]);
    }
    // What it once counted is not counted twice when it comes back.
    take(ledger, ['a'], [['a', 'task', '1', '5']]);
    take(
      ledger,
      ['a'],
      [
        ['a', 'issue', '1', '5'],
        ['a', 'issue', '1', '15'],
        ['a', 'issue', '1', '500'],
      ],
    );
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(3);
    expect(totals(ledger)['closed_total{kind="task"}']).toBe(1);
    expect(totals(ledger)['lead_seconds_bucket{kind="issue",le="20.0"}']).toBe(2);
  });

  it('counts readings side by side as one after the other', () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    const [first, second] = [ledger.begin(['a']), ledger.begin(['b'])];
    second.add(COLUMNS, [['b', 'issue', '1', '5']]);
    first.add(COLUMNS, [['a', 'issue', '1', '6']]);
    expect(first.commit()).toBe(true);
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(1);
    second.add(COLUMNS, [['b', 'issue', '1', '7']]);
    expect(second.commit()).toBe(true);
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(3);
    expect(totals(ledger)['lead_seconds_sum{kind="issue"}']).toBe(18);
  });

  it('forgets a slice that was not read to its end', () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    ledger.begin(['a', 'b']).add(COLUMNS, [['a', 'issue', '1', '5']]);
    // The database was lost here: the items are read once more.
    take(
      ledger,
      ['a', 'b'],
      [
        ['a', 'issue', '1', '5'],
        ['b', 'issue', '1', '6'],
      ],
    );
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(2);
    expect(totals(ledger)['lead_seconds_count{kind="issue"}']).toBe(2);
  });

  it('forgets a slice with a row that cannot be right', async () => {
    const ledger = createEventLedger(DEFINITION, createItemNumbers());
    const bad: Row[] = [
      ['a', 'issue', '1', '5'],
      ['a', 'issue', '-1', '5'],
    ];
    const error = await errorOf(() => ledger.begin(['a']).add(COLUMNS, bad));
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml:4: column "closed" of counter "closed_total" holds -1; a total that only grows cannot contain a negative number or NaN',
    );
    const notANumber: Row[] = [['a', 'issue', 'NaN', null]];
    expect((await errorOf(() => ledger.begin(['a']).add(COLUMNS, notANumber))).code).toBe('COLLECTOR_VALUE');
    take(ledger, ['a'], [['a', 'issue', '1', '5']]);
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(1);
  });

  it('wants the column that says whose event it is', async () => {
    const error = await errorOf(() =>
      createEventLedger(DEFINITION, createItemNumbers())
        .begin(['a'])
        .add([{ name: 'kind' }], [['issue']]),
    );
    expect(error.code).toBe('COLLECTOR_COLUMN_MISSING');
    expect(error.message).toContain('the column "key"');
  });

  it('does not count series of items that were left out', () => {
    const ledger = createEventLedger({ ...DEFINITION, maxSeries: 6 }, createItemNumbers());
    take(ledger, ['a'], [['a', 'issue', '1', '5']]);
    ledger.leaveOut(['a']);
    take(ledger, ['b'], [['b', 'task', '1', '5']]);
    expect(Object.keys(totals(ledger))).toHaveLength(6);
  });

  it('refuses more series than allowed, and goes on with those it has', async () => {
    // A counter and a histogram of two buckets, +Inf, the sum and the count: six lines a kind.
    const ledger = createEventLedger({ ...DEFINITION, maxSeries: 6 }, createItemNumbers());
    take(ledger, ['a'], [['a', 'issue', '1', '5']]);
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await errorOf(() => take(ledger, ['b'], [['b', 'task', '1', '5']]));
      expect(error.code).toBe('COLLECTOR_TOO_MANY_SERIES');
    }
    take(
      ledger,
      ['a'],
      [
        ['a', 'issue', '1', '5'],
        ['a', 'issue', '1', '6'],
      ],
    );
    expect(totals(ledger)['closed_total{kind="issue"}']).toBe(2);
  });

  describe('whatever the slices', () => {
    const event = fc.record({
      item: fc.integer({ min: 0, max: 12 }).map((number) => `item ${number}`),
      kind: fc.constantFrom('issue', 'task', 'epic'),
      closed: fc.option(fc.integer({ min: 0, max: 3 })),
      // Halves add up exactly, in any order.
      seconds: fc.option(fc.integer({ min: 0, max: 60 }).map((half) => half / 2)),
    });
    const rowsOf = (events: readonly Event[], items: readonly string[]): Row[] =>
      events
        .filter(({ item }) => items.includes(item))
        .map(({ item, kind, closed, seconds }) => [item, kind, text(closed), text(seconds)]);
    const text = (value: number | null): string | null => (value === null ? null : String(value));
    interface Event {
      readonly item: string;
      readonly kind: string;
      readonly closed: number | null;
      readonly seconds: number | null;
    }
    const slices = fc.array(fc.subarray(Array.from({ length: 13 }, (_, i) => `item ${i}`)), { maxLength: 8 });

    it('equals one reading of everything, and the plain sums', () => {
      fc.assert(
        fc.property(fc.array(event, { maxLength: 80 }), slices, (events, parts) => {
          const all = Array.from({ length: 13 }, (_, i) => `item ${i}`);
          const whole = createEventLedger(DEFINITION, createItemNumbers());
          take(whole, all, rowsOf(events, all));
          const sliced = createEventLedger(DEFINITION, createItemNumbers());
          for (const keys of [...parts, ...all.map((key) => [key])]) take(sliced, keys, rowsOf(events, keys));
          expect(totals(sliced)).toEqual(totals(whole));
          for (const kind of ['issue', 'task', 'epic']) {
            const mine = events.filter((each) => each.kind === kind);
            const closed = mine.reduce((sum, each) => sum + (each.closed ?? 0), 0);
            expect(totals(whole)[`closed_total{kind="${kind}"}`] ?? 0).toBe(closed);
            for (const bound of [10, 20])
              expect(totals(whole)[`lead_seconds_bucket{kind="${kind}",le="${bound}.0"}`] ?? 0).toBe(
                mine.filter(({ seconds }) => seconds !== null && seconds <= bound).length,
              );
          }
        }),
      );
    });

    it('is without items that are left out as if they had never been read, and counts them when they come again', () => {
      const all = Array.from({ length: 13 }, (_, i) => `item ${i}`);
      fc.assert(
        fc.property(fc.array(event, { maxLength: 80 }), fc.subarray(all), (events, leftOut) => {
          const others = all.filter((key) => !leftOut.includes(key));
          const ledger = createEventLedger(DEFINITION, createItemNumbers());
          take(ledger, all, rowsOf(events, all));
          const whole = totals(ledger);
          ledger.leaveOut([...leftOut, 'never read']);
          const rest = createEventLedger(DEFINITION, createItemNumbers());
          take(rest, others, rowsOf(events, others));
          expect(totals(ledger)).toEqual(totals(rest));
          take(ledger, all, rowsOf(events, all));
          expect(totals(ledger)).toEqual(whole);
        }),
      );
    });

    it('only grows, whatever is read when', () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.array(event, { maxLength: 20 }), fc.boolean()), { maxLength: 8 }),
          (acts) => {
            const ledger = createEventLedger(DEFINITION, createItemNumbers());
            let before: Table = {};
            for (const [events, isCutShort] of acts) {
              const items = [...new Set(events.map(({ item }) => item))];
              const reading = ledger.begin(items);
              reading.add(COLUMNS, rowsOf(events, items));
              if (!isCutShort) reading.commit();
              const after = totals(ledger);
              for (const [series, value] of Object.entries(before))
                expect(after[series] ?? -1).toBeGreaterThanOrEqual(value);
              before = after;
            }
          },
        ),
      );
    });
  });
});
