import { describe, expect, test } from 'vitest';
import { lookAhead } from '../../src/backfill/look-ahead.js';
import { type AskedRange, chooseRange } from '../../src/backfill/range.js';
import type { Change } from '../../src/backfill/timeline.js';
import { errorOf } from '../unit/helpers.js';
import { seriesNamed, timelineOf } from './timelines.js';

const STEP = 300_000;
const NOW = Date.parse('2026-03-18T15:22:10Z');
const FIRST = Date.parse('2024-05-01T08:03:20.123Z');
const at = (time: string): number => Date.parse(`${time}Z`);

const choose = (asked: Partial<AskedRange>, firstMs: number | undefined = FIRST) =>
  chooseRange(
    { fromMs: undefined, toMs: undefined, joinsAtMs: undefined, stepMs: STEP, ...asked },
    { nowMs: NOW, firstMs: async () => firstMs, retention: async () => undefined, print: () => undefined },
  );

describe('the range of a backfill', () => {
  test.each<[what: string, asked: Partial<AskedRange>, from: string, to: string]>([
    ['of which nothing is said', {}, '2024-05-01T08:00:00', '2026-03-18T15:20:00'],
    [
      'that meets the scrapes between two steps',
      { joinsAtMs: at('2026-03-18T15:17:01.500') },
      '2024-05-01T08:00:00',
      '2026-03-18T15:15:00',
    ],
    [
      'that meets the scrapes at a step, which is theirs',
      { joinsAtMs: at('2026-03-18T15:15:00') },
      '2024-05-01T08:00:00',
      '2026-03-18T15:10:00',
    ],
    [
      'with a beginning, from which the steps are counted',
      { fromMs: at('2026-03-01T00:01:00') },
      '2026-03-01T00:01:00',
      '2026-03-18T15:21:00',
    ],
    [
      'that is said',
      { fromMs: at('2026-03-01T00:00:00'), toMs: at('2026-03-02T00:00:00'), joinsAtMs: undefined },
      '2026-03-01T00:00:00',
      '2026-03-02T00:00:00',
    ],
  ])('%s', async (_, asked, from, to) => {
    expect(await choose(asked)).toEqual({ fromMs: at(from), toMs: at(to), stepMs: STEP });
  });

  test('of a database in which nothing ever happened is refused', async () => {
    const options = {
      nowMs: NOW,
      firstMs: async () => undefined,
      retention: async () => undefined,
      print: () => undefined,
    };
    const asked = { fromMs: undefined, toMs: undefined, joinsAtMs: undefined, stepMs: STEP };
    expect((await errorOf(chooseRange(asked, options))).code).toBe('BACKFILL_USAGE');
  });
});

test('who looks ahead at a timeline still reads all of it', async () => {
  const changes = [5, 7, 9].map((atMs): Change => ({ atMs, series: 0, value: atMs }));
  const ahead = await lookAhead(timelineOf(seriesNamed('webshop'), changes));
  expect(ahead.firstMs).toBe(5);
  const read: Change[] = [];
  for await (const batch of ahead.timeline.changes()) read.push(...batch);
  expect(read).toEqual(changes);
  await ahead.close();
  expect((await lookAhead(timelineOf([], []))).firstMs).toBeUndefined();
});
