import type { TestPostgres } from '../support/postgres.js';
import { TaigaBuilder } from '../support/taiga-builder.js';

const DAY_MS = 86_400_000;

/** A date so many days from now. */
function day(fromNow: number): string {
  return new Date(Date.now() + fromNow * DAY_MS).toISOString().slice(0, 10);
}

/** What it must not do to whoever is told of it. */
export const NASTY = 'Checkout <!channel> eats & forgets *carts* | "again"';

/**
 * Everything at once: in the shop a burst of critical bugs, a sprint that is blocked, dates that have passed, and a
 * column over its limit; in the office two lesser things. In the garden it is as it should be, and almost not. Nobody
 * wants to hear of the sandbox.
 */
export async function loadCrisis(server: TestPostgres): Promise<void> {
  const taiga = new TaigaBuilder(new Date().toISOString());
  const ann = taiga.addUser('ann', 'Ann Lee');
  const board = {
    statuses: {
      userstory: ['New', 'Ready', 'Doing', 'Done*'],
      issue: ['New', 'In progress', 'Closed*'],
    },
    limits: { Doing: 2 },
  };

  const shop = taiga.addProject('shop', board);
  for (let i = 1; i <= 30; i++)
    shop.addIssue({
      ...{ ref: 100 + i, subject: i === 1 ? NASTY : `The shop is down, again (${i})` },
      // The first one is the oldest, so that it is the first to be named.
      ...{ moves: [[i === 1 ? 2.1 : 2, 'New']], type: 'Bug', severity: 'Critical', priority: 'Normal' },
    });
  const sprint = shop.addSprint('sprint-7', 'Sprint 7', day(-7), day(7));
  for (let i = 1; i <= 3; i++) {
    const story = shop.addStory({
      ...{ ref: i, subject: `Pay by card, part ${i}`, assignee: ann, sprint, blocked: true },
      moves: [
        [8, 'New'],
        [5, 'Doing'],
      ],
    });
    taiga.addHistory(story, 4, { diff: { is_blocked: [false, true] } });
  }
  for (let i = 1; i <= 5; i++)
    shop.addStory({
      ...{ ref: 10 + i, subject: `Promised for last week (${i})`, moves: [[9, 'New']] },
      due: day(-2 - i),
    });

  const office = taiga.addProject('office', board);
  for (let i = 1; i <= 4; i++) {
    office.addIssue({ ref: 20 + i, moves: [[3, 'New']], due: day(-3), assignee: ann });
    office.addIssue({
      ref: 30 + i,
      moves: [
        [3, 'New'],
        [2, 'In progress'],
      ],
    });
  }

  const garden = taiga.addProject('garden', board);
  const critical = { type: 'Bug', severity: 'Critical' };
  garden.addIssue({ ref: 1, moves: [[0.5, 'New']], ...critical }); // not for long enough
  garden.addIssue({ ref: 2, moves: [[3, 'New']], ...critical, assignee: ann });
  garden.addIssue({ ref: 3, moves: [[3, 'New']], type: 'Question', severity: 'Critical' });
  for (const ref of [4, 5, 6]) garden.addIssue({ ref, moves: [[3, 'New']], due: day(-3) });
  const blocked = garden.addStory({ ref: 7, moves: [[3, 'Doing']], assignee: ann, blocked: true });
  taiga.addHistory(blocked, 2, { diff: { is_blocked: [false, true] } });
  garden.addStory({ ref: 8, moves: [[3, 'Doing']], assignee: ann });

  const sandbox = taiga.addProject('sandbox-ann', board);
  for (let i = 1; i <= 6; i++)
    sandbox.addIssue({ ref: i, moves: [[9, 'New']], due: day(-5), ...critical, assignee: ann });

  await taiga.load(server);
}

/** The team sets about it: bugs are closed or taken on, stories go on, dates are moved, columns are emptied. */
export async function cleanUp(server: TestPostgres): Promise<void> {
  await server.query(`
    UPDATE issues_issue AS i
    SET status_id = s.id, finished_date = now()
    FROM projects_issuestatus AS s JOIN projects_project AS p ON p.id = s.project_id
    WHERE i.project_id = p.id AND s.is_closed AND p.slug IN ('shop', 'office') AND i.ref % 2 = 0;

    UPDATE issues_issue AS i
    SET assigned_to_id = (SELECT min(id) FROM users_user), due_date = NULL
    FROM projects_project AS p
    WHERE i.project_id = p.id AND p.slug IN ('shop', 'office');

    UPDATE userstories_userstory AS u
    SET is_blocked = FALSE, due_date = NULL
    FROM projects_project AS p
    WHERE u.project_id = p.id AND p.slug = 'shop';

    UPDATE userstories_userstory AS u
    SET status_id = s.id, is_closed = TRUE, finish_date = now()
    FROM projects_userstorystatus AS s JOIN projects_project AS p ON p.id = s.project_id
    WHERE u.project_id = p.id AND s.is_closed AND p.slug = 'shop' AND u.ref IN (1, 2)`);
}
