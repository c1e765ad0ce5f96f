import { afterAll, beforeAll, describe, it } from 'vitest';
import { now } from './past.js';
import { story } from './told-story.js';
import { WatchedWeeks } from './watched-weeks.js';

const endings: (() => Promise<void>)[] = [];
let weeks: WatchedWeeks;

describe('the last weeks of the demo', () => {
  beforeAll(async () => {
    weeks = await WatchedWeeks.watch(1, now, (close) => endings.unshift(close));
  });
  afterAll(async () => {
    for (const close of endings) await close();
  });

  it.each(story)('tell that %s', async (_what, check) => {
    await check(weeks);
  });
});
