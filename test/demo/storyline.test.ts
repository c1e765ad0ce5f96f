import { expect, it } from 'vitest';
import { microsOf } from '../../src/demo/taiga/time.js';
import { Storyline } from '../../src/demo/team/storyline.js';

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
