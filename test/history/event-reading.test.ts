import { describe, expect, it } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import { createEventReadings, type EventReading } from '../../src/collectors/events/event-reading.js';
import type { ChangeFeed } from '../../src/taiga/changes/change-feed.js';
import type { Groups } from '../../src/taiga/changes/item-groups.js';
import { createItemNumbers } from '../../src/taiga/changes/item-numbers.js';
import type { ParameterValues } from '../../src/taiga/parameters.js';
import type { Reader } from '../../src/taiga/reader.js';
import { flatten } from '../support/samples.js';
import { collector, metric } from '../unit/helpers.js';

const DEFINITION = {
  ...collector({
    name: 'lifecycle',
    now: undefined,
    metrics: [metric({ name: 'created_total', type: 'counter', labels: [], value: undefined })],
  }),
  events: { text: 'SELECT key', file: '/etc/bugflow/lifecycle.yaml', line: 9 },
};
const values = (keys: readonly string[] | null): ParameterValues => ({ keys }) as unknown as ParameterValues;

/** A reading of items with one event each, from groups that are given for each look. */
function begin(
  looks: readonly string[][][],
  failsAt: readonly number[] = [],
  /** The database's generation after so many slices. */
  generationAfter: (slices: number) => number = () => 0,
  /** Looks at which everything had to be read anew. */
  restarts: readonly number[] = [],
  /** Items that have no events any more. */
  gone: ReadonlySet<string> = new Set(),
) {
  const slices: (readonly string[])[] = [];
  let mark = 0;
  const reader: Reader = {
    readTables: async () => undefined,
    lacking: async () => [],
    generation: () => generationAfter(slices.length),
    read: () => Promise.reject(new Error('not asked for')),
    async readTogether(_merged, { keys }, consume) {
      const slice = keys as readonly string[];
      slices.push(slice);
      const isLost = failsAt.includes(slices.length);
      const rows = slice.filter((key) => !gone.has(key)).map((key) => ['0', '0', '1', null, null, key]);
      const half = slice.slice(0, slice.length / 2).length;
      const batches = [rows.slice(0, half), rows.slice(half), []];
      await consume([
        {
          async next() {
            if (isLost && batches.length < 3) throw new Error('the database was lost');
            return { columns: [], rows: batches.shift() ?? [] };
          },
        },
      ]);
    },
    readRelation: () => Promise.reject(new Error('not asked for')),
  };
  const feed: ChangeFeed = {
    items: createItemNumbers(),
    poll: async () => (mark += 1),
    since: (from: number | undefined) => grouped(looks.slice(from ?? 0, mark).flat()),
    restartedAt: () => restarts.findLast((at) => at <= mark) ?? 0,
    groupsOf: (keys) => grouped(keys.map((key) => [key])),
    foundAllAt: () => 1,
    // 500 items a slice.
    entriesPerItem: () => 40,
  };
  const reading = createEventReadings({ definitions: [DEFINITION], reader, feed, gatherMs: 0 }).get(
    DEFINITION.name,
  ) as EventReading;
  return { reading, slices };
}

const items = (from: number, to: number): string[][] =>
  Array.from({ length: to - from }, (_, i) => [`issues.issue:${from + i}`]);

const grouped = (groups: readonly string[][]): Groups<string> => ({
  itemCount: groups.flat().length,
  [Symbol.iterator]: () => groups.values(),
});

describe('the reading of events', () => {
  it('takes the past in slices, and tells how far it is', async () => {
    const { reading, slices } = begin([items(0, 1201)]);
    const progress: string[] = [];
    const { families, changed, isComplete, rowCount } = await reading.read(values, (done, total) =>
      progress.push(`${done} of ${total}`),
    );
    expect(slices.map((slice) => slice.length)).toEqual([500, 500, 201]);
    expect(progress).toEqual(['500 of 1201', '1000 of 1201', '1201 of 1201']);
    expect(flatten(families)).toEqual({ created_total: 1201 });
    expect({ changed, isComplete, rowCount }).toEqual({ changed: true, isComplete: true, rowCount: 1201 });
    expect((await reading.read(values, () => undefined)).isComplete).toBe(false);
  });

  it('never cuts a group, be it larger than a slice', async () => {
    const large = items(0, 700).flat();
    const { reading, slices } = begin([[...items(1000, 1400), large, ...items(2000, 2001)]]);
    await reading.read(values, () => undefined);
    expect(slices.map((slice) => slice.length)).toEqual([400, 700, 1]);
  });

  it('reads only what changed, and says when nothing did', async () => {
    const { reading, slices } = begin([items(0, 3), [], items(2, 4)]);
    await reading.read(values, () => undefined);
    const idle = await reading.read(values, () => undefined);
    expect([idle.changed, idle.rowCount, flatten(idle.families)]).toEqual([false, 0, { created_total: 3 }]);
    // The rows to explain the numbers by stay those of the last reading that had any.
    expect(idle.sample.rows).toHaveLength(3);
    const busy = await reading.read(values, () => undefined);
    expect([busy.changed, flatten(busy.families)]).toEqual([true, { created_total: 4 }]);
    expect(slices.at(-1)).toEqual(['issues.issue:2', 'issues.issue:3']);
  });

  it('counts nothing twice and misses nothing when the database is lost in between', async () => {
    const { reading, slices } = begin([items(0, 900), items(900, 901)], [2]);
    await expect(reading.read(values, () => undefined)).rejects.toThrow('the database was lost');
    const { families } = await reading.read(values, () => undefined);
    expect(flatten(families)).toEqual({ created_total: 901 });
    expect(slices.map((slice) => slice.length)).toEqual([500, 400, 500, 401]);
  });

  it('begins again when the server was switched meanwhile: nothing is given out that is of both', async () => {
    // The look after the switch finds everything changed.
    const { reading, slices } = begin([items(0, 600), [], items(0, 610)], [], (done) => (done < 2 ? 0 : 1));
    const progress: number[] = [];
    const { families, changed } = await reading.read(values, (_done, total) => progress.push(total));
    expect(slices.map((slice) => slice.length)).toEqual([500, 100]);
    expect(changed).toBe(true);
    expect(flatten(families)).toEqual({ created_total: 600 });
    const next = await reading.read(values, () => undefined);
    expect(flatten(next.families)).toEqual({ created_total: 610 });
  });

  it('gives out what grew before a reading failed, though the next one finds nothing new', async () => {
    const { reading } = begin([items(0, 3), items(3, 703), []], [3]);
    await reading.read(values, () => undefined);
    await expect(reading.read(values, () => undefined)).rejects.toThrow('the database was lost');
    const { changed, families } = await reading.read(values, () => undefined);
    expect(changed).toBe(true);
    expect(flatten(families)).toEqual({ created_total: 703 });
    expect((await reading.read(values, () => undefined)).changed).toBe(false);
  });

  it('begins anew when a project is gone, and holds to what it had until all is read', async () => {
    const gone = new Set<string>();
    const { reading, slices } = begin([items(0, 800), [], []], [3], undefined, [2], gone);
    expect(flatten((await reading.read(values, () => undefined)).families)).toEqual({ created_total: 800 });
    for (const [key] of items(0, 300)) if (key) gone.add(key);
    await expect(reading.read(values, () => undefined)).rejects.toThrow('the database was lost');
    const { changed, families } = await reading.read(values, () => undefined);
    expect([changed, flatten(families)]).toEqual([true, { created_total: 500 }]);
    // Two slices are read at once: the second one was under way when the first failed.
    expect(slices.map((slice) => slice.length)).toEqual([500, 300, 500, 300, 500, 300]);
    const next = await reading.read(values, () => undefined);
    expect([next.changed, flatten(next.families)]).toEqual([false, { created_total: 500 }]);
  });
});

/** Two collectors of one event an item; a query about those that `breaks` names fails. */
function beginTwo() {
  const queries: { readonly parts: number; readonly keys: readonly string[] }[] = [];
  const setting = { queries, breaks: new Set<string>(), written: [] as string[][] };
  let mark = 0;
  const looks: string[][][] = [];
  const reader: Reader = {
    readTables: async () => undefined,
    lacking: async () => [],
    generation: () => 0,
    read: () => Promise.reject(new Error('not asked for')),
    async readTogether([merged], { keys }, consume) {
      const parts = merged?.parts ?? [];
      const slice = keys as readonly string[];
      queries.push({ parts: parts.length, keys: slice });
      if (parts.some(({ sql }) => setting.breaks.has(sql.file)))
        throw new BugflowError('COLLECTOR_SQL', 'SQL: division by zero');
      const batches = [
        parts.flatMap((_part, i) => slice.map((key) => [String(i), '0', '1', null, null, key])),
        [],
      ];
      await consume([{ next: async () => ({ columns: [], rows: batches.shift() ?? [] }) }]);
    },
    readRelation: () => Promise.reject(new Error('not asked for')),
  };
  const feed: ChangeFeed = {
    items: createItemNumbers(),
    async poll() {
      looks.push(setting.written);
      setting.written = [];
      mark += 1;
      return mark;
    },
    since: (from: number | undefined) => grouped(looks.slice(from ?? 0, mark).flat()),
    restartedAt: () => 0,
    groupsOf: (keys) => grouped(keys.map((key) => [key])),
    foundAllAt: () => 1,
    entriesPerItem: () => 40,
  };
  const definitions = ['first', 'second'].map((name) => ({
    ...DEFINITION,
    name,
    events: { ...DEFINITION.events, file: `${name}.yaml` },
  }));
  const readings = createEventReadings({ definitions, reader, feed, gatherMs: 0 });
  const read = async (...names: string[]): Promise<string[]> => {
    const outcomes = await Promise.allSettled(
      names.map((name) => readings.get(name)?.read(values, () => undefined)),
    );
    return outcomes.map((outcome) =>
      outcome.status === 'rejected' ? 'failed' : String(flatten(outcome.value?.families ?? []).created_total),
    );
  };
  return Object.assign(setting, { read });
}

describe('collectors that are due together', () => {
  it('share a query for each slice, and one alone reads the same', async () => {
    const setting = beginTwo();
    setting.written = items(0, 600);
    expect(await setting.read('first', 'second')).toEqual(['600', '600']);
    expect(setting.queries.map(({ parts, keys }) => [parts, keys.length])).toEqual([
      [2, 500],
      [2, 100],
    ]);
    setting.written = items(600, 601);
    expect(await setting.read('second')).toEqual(['601']);
    expect(await setting.read('first')).toEqual(['601']);
  });

  it('do not fail for each other, and share again when that is over', async () => {
    const setting = beginTwo();
    setting.breaks.add('second.yaml');
    setting.written = items(0, 3);
    expect(await setting.read('first', 'second')).toEqual(['3', 'failed']);
    setting.written = items(3, 4);
    setting.breaks.clear();
    expect(await setting.read('first', 'second')).toEqual(['4', '4']);
    setting.queries.length = 0;
    setting.written = items(4, 5);
    expect(await setting.read('first', 'second')).toEqual(['5', '5']);
    expect(setting.queries.map(({ parts }) => parts)).toEqual([2]);
  });

  it('leave what is the team’s own alone: neither waits for the other', async () => {
    const never = new Promise<never>(() => undefined);
    const reader: Reader = {
      readTables: async () => undefined,
      lacking: async () => [],
      generation: () => 0,
      async read({ frame }, _values, onBatch) {
        if (frame !== 'unexpected') onBatch([{ name: 'key', type: 'text' }], [['issues.issue:1']]);
        return 1;
      },
      readTogether: () => never,
      readRelation: () => never,
    };
    const feed: ChangeFeed = {
      items: createItemNumbers(),
      poll: async () => 1,
      since: () => grouped(items(1, 2)),
      restartedAt: () => 0,
      groupsOf: (keys) => grouped(keys.map((key) => [key])),
      foundAllAt: () => 1,
      entriesPerItem: () => 1,
    };
    const own = { ...DEFINITION, name: 'own', shipped: false };
    const readings = createEventReadings({ definitions: [DEFINITION, own], reader, feed, gatherMs: 0 });
    void readings.get(DEFINITION.name)?.read(values, () => undefined);
    const reading = await readings.get('own')?.read(values, () => undefined);
    expect(flatten(reading?.families ?? [])).toEqual({ created_total: 1 });
  });
});
