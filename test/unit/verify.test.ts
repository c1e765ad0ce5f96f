import { describe, expect, it } from 'vitest';
import { verifyLiveHistory } from '../../src/collectors/verify.js';
import type { RowStream } from '../../src/database/database.js';
import type { ParameterValues } from '../../src/taiga/parameters.js';
import type { Reader } from '../../src/taiga/reader.js';
import { collector, metric } from './helpers.js';

const SQL = { text: 'SELECT 1', file: 'open.yaml', line: 1 };
const DEFINITION = collector({
  metrics: [metric({ name: 'open', labels: ['kind'], value: 'n' })],
  now: SQL,
  spans: SQL,
});

/** What `now` and the spans say, reading by reading: the values of `task` and `issue`. */
type Said = readonly [now: readonly [number, number], spans: readonly [number, number]];

function readerOf(readings: readonly Said[]): { reader: Reader; moments: unknown[] } {
  const left = [...readings];
  const moments: unknown[] = [];
  const stream = ([tasks, issues]: readonly [number, number]): RowStream => {
    const batches = [
      [
        ['0', '0', '1', null, null, 'task', String(tasks)],
        ['0', '0', '1', null, null, 'issue', String(issues)],
      ],
      [],
    ];
    const columns = ['part', 'moment', 'sign', 'begins', 'ends', 'kind', 'n'].map((name) => ({ name }));
    return { next: async () => ({ columns, rows: batches.shift() ?? [] }) } as RowStream;
  };
  const reader = {
    async readTogether(_readables, { now }, consume) {
      moments.push(now);
      const said = left.shift();
      if (!said) throw new Error('read once too often');
      await consume(said.map(stream));
    },
  } as Pick<Reader, 'readTogether'> as Reader;
  return { reader, moments };
}

describe('the verification of history in a database that people work on', () => {
  it.each<[string, readonly Said[], readonly string[]]>([
    [
      'is over when nothing differs',
      [
        [
          [1, 2],
          [1, 2],
        ],
      ],
      [],
    ],
    [
      'passes over what happened while it waited',
      [
        [
          [2, 2],
          [1, 2],
        ],
        [
          [2, 2],
          [2, 2],
        ],
      ],
      [],
    ],
    [
      'tells what differs still',
      [
        [
          [2, 2],
          [1, 2],
        ],
        [
          [2, 3],
          [1, 2],
        ],
      ],
      ['open{kind="task"}'],
    ],
  ])('%s', async (_what, readings, differing) => {
    const { reader, moments } = readerOf(readings);
    let clock = 0;
    const values = (): ParameterValues => {
      clock += 1;
      return { now: clock } as unknown as ParameterValues;
    };
    const mismatches = await verifyLiveHistory(reader, [DEFINITION], values);
    expect(mismatches.map(({ metric, labels }) => metric + labels)).toEqual(differing);
    expect(moments).toEqual(readings.map((_, i) => i + 1));
  });
});
