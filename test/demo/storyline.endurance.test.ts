import { afterAll, beforeAll, describe, it } from 'vitest';
import { story } from './told-story.js';
import { WatchedWeeks } from './watched-weeks.js';

describe.each([
  ['on a Wednesday, as the demo has it', 1, '2026-10-07T15:00:00Z'],
  ['on a Monday morning', 2, '2026-03-16T07:10:00Z'],
  ['on a Sunday', 7, '2026-05-03T11:00:00Z'],
  ['on the last day of the year', 8, '2026-12-31T16:00:00Z'],
])('the last weeks of the demo, seen %s (seed %i, %s)', (_when, seed, now) => {
  const endings: (() => Promise<void>)[] = [];
  let weeks: WatchedWeeks;
  beforeAll(async () => {
    weeks = await WatchedWeeks.watch(seed, new Date(now), (close) => endings.unshift(close));
  });
  afterAll(async () => {
    for (const close of endings) await close();
  });

  it.each(story)('tell that %s', async (_what, check) => {
    await check(weeks);
  });
});
