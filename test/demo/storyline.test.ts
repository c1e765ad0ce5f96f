import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { microsOf } from '../../src/demo/taiga/time.js';
import { Storyline } from '../../src/demo/team/storyline.js';
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

it('has the current sprint begin on a working day, five to seven days ago, on whichever day the past ends', () => {
  for (let day = 0; day < 800; day++) {
    const end = new Date(Date.UTC(2026, 0, 1 + day, day % 24, 7));
    const { sprintStart } = new Storyline(microsOf(end));
    const start = new Date(`${sprintStart}T00:00:00Z`);
    const daysAgo = Math.floor((end.getTime() - start.getTime()) / 86_400_000);
    expect([5, 6, 7], end.toISOString()).toContain(daysAgo);
    expect([1, 2, 3, 4, 5], end.toISOString()).toContain(start.getUTCDay());
  }
});
