import { TaigaBuilder } from './taiga-builder.js';

/** A Sunday, half an hour before midnight in UTC: in Berlin it is Monday already. */
export const NOW = '2026-03-15T23:30:00Z';

export const SHOP_NAME = 'Shop – 日本語 "q" \\ €\nsecond line\r\ttab\u0001';
export const ARBEIT = 'In "Arbeit" \\ läuft\n2';
export const CART = 'Cart "quick" \\ 10 %\n第二行';
export const BIG_EPIC = 'Big "thing" \\ 世界\nsecond line';
export const CAROL = 'Cárol "C" Ño';

/**
 * A small Taiga with special cases that real databases have. Days count back from NOW; the default `stale_after` is 14.
 * The expected metrics are worked out by hand in collectors.test.ts.
 */
export function exampleTaiga(): TaigaBuilder {
  const taiga = new TaigaBuilder(NOW);
  const ann = taiga.addUser('ann', 'Ann Lee');
  const bob = taiga.addUser('bob', ''); // no name: the username stands in
  const carol = taiga.addUser('carol', CAROL);
  const dave = taiga.addUser('dave', 'Dave Gone'); // not a member any more
  const erin = taiga.addUser('erin', 'Ann Lee'); // a namesake

  const shop = taiga.addProject('shop', {
    name: SHOP_NAME,
    created: 60,
    isPrivate: true,
    plannedPoints: 100,
    plannedSprints: 4,
    statuses: {
      userstory: ['New', 'Ready', 'Doing', 'Ready for test', 'Done*', 'Archived*'],
      task: ['New', 'In progress', 'Needs Info', 'Closed*'],
      issue: ['New', 'In progress', 'Closed*', 'Rejected*'],
      epic: ['New', 'In progress', 'Done*'],
    },
    limits: { Doing: 3 },
  });
  shop.addEstimation(['Dev', 'UX'], { '?': null, '0': 0, '1/2': 0.5, '3': 3, '8': 8 });
  shop.addRole('Guest');
  shop.addMember(ann, 'Dev');
  shop.addMember('invited', 'Dev');
  shop.addMember(bob, 'UX');
  shop.addMember(erin, 'UX');
  shop.addMember(carol, 'Guest');

  const sprint0 = shop.addSprint('sprint-0', 'Sprint 0', '2026-02-16', '2026-03-01', true);
  const sprint1 = shop.addSprint('sprint-1', 'Sprint 1', '2026-03-02', '2026-03-15');
  // Overlaps the one before by a day, and contains the change to summer time.
  const sprint2 = shop.addSprint('sprint-2', 'Sprint 2', '2026-03-15', '2026-03-29');
  shop.addSprint('sprint-3', 'Sprint "3" 三', '2026-03-16', '2026-03-30');

  const login = shop.addStory({ ref: 1, moves: [[30, 'New']] }); // no rows of points
  taiga.addHistory(login, 20, { comment: 'When?' });
  // Dragged: modified_date stayed at the creation.
  shop.addStory({
    ref: 2,
    moves: [
      [25, 'New'],
      [3, 'Ready'],
    ],
    points: { Dev: '3', UX: '1/2' },
    assignee: ann,
    alsoAssigned: [ann, erin],
  });
  const cart = shop.addStory({
    ref: 3,
    subject: CART,
    moves: [
      [20, 'New'],
      [15, 'Ready'],
      [10, 'Doing'],
      [6, 'Ready for test'],
      [5, 'Doing'],
    ],
    points: { Dev: '8', UX: '?' },
    assignee: ann,
    alsoAssigned: [ann, bob],
    sprint: sprint2,
    due: '2026-03-14',
    blocked: true,
  });
  taiga.addHistory(cart, 8, { diff: { is_blocked: [false, true] } });
  taiga.addHistory(cart, 7, { diff: { is_blocked: [true, false] } });
  taiga.addHistory(cart, 4, { diff: { is_blocked: [false, true] } });
  // Promoted from an issue five days ago: it got the issue's comments with their old times and statuses, its own first
  // row is its first edit, and only the second table has the assignee.
  const promoted = shop.addStory({
    ref: 4,
    created: 5,
    status: 'Ready for test',
    points: { Dev: '?', UX: '?' },
    alsoAssigned: [bob],
  });
  taiga.addHistory(promoted, 12, {
    comment: 'Copied',
    diff: { status: [1, shop.statusId('userstory', 'Doing')] },
  });
  taiga.addHistory(promoted, 2, {
    type: 2,
    snapshot: { status: shop.statusId('userstory', 'Ready for test'), from_issue: 1 },
  });
  const pay = shop.addStory({
    ref: 5,
    moves: [
      [40, 'New'],
      [20, 'Doing'],
      [1, 'Done'],
    ],
    isClosed: true,
    finished: 1,
    points: { Dev: '3', UX: '0' },
    assignee: dave,
    sprint: sprint1,
  });
  // All its tasks are closed, so it is closed, too; its status is not.
  const closedByTasks = shop.addStory({
    ref: 6,
    moves: [
      [28, 'New'],
      [8, 'Doing'],
    ],
    isClosed: true,
    finished: 2,
    points: { Dev: '8', UX: '3' },
    assignee: bob,
    sprint: sprint2,
  });
  // Done, but a task is open.
  const openByTask = shop.addStory({
    ref: 7,
    moves: [
      [12, 'New'],
      [1, 'Done'],
    ],
    points: { Dev: '1/2' },
    assignee: dave,
    sprint: sprint1,
  });
  shop.addStory({ ref: 8, created: 3, status: null, points: { Dev: '?', UX: '?' } });
  shop.addStory({
    ref: 9,
    moves: [
      [35, 'New'],
      [16, 'Archived'],
    ],
    isClosed: true,
    finished: 16,
    points: { Dev: '3', UX: '3' },
    sprint: sprint0,
  });

  shop.addTask({
    ref: 11,
    story: cart,
    moves: [
      [9, 'New'],
      [7, 'In progress'],
    ],
    assignee: bob,
    sprint: sprint2,
    due: '2026-03-15',
  });
  shop.addTask({
    ref: 12,
    story: cart,
    moves: [
      [9, 'New'],
      [3, 'Closed'],
    ],
    finished: 3,
    sprint: sprint2,
  });
  shop.addTask({ ref: 13, moves: [[21, 'New']], sprint: sprint2 }); // no story
  shop.addTask({ ref: 14, moves: [[6, 'Needs Info']], blocked: true, assignee: carol }); // neither story nor sprint
  shop.addTask({
    ref: 15,
    story: closedByTasks,
    moves: [
      [8, 'New'],
      [2, 'Closed'],
    ],
    finished: 2,
    sprint: sprint1, // its story is in another
  });
  shop.addTask({ ref: 16, story: openByTask, moves: [[2, 'New']], sprint: sprint1 });
  shop.addTask({
    ref: 17,
    moves: [
      [10, 'New'],
      [5, 'Closed'],
    ],
  }); // closed by a change of the flag: no date

  shop.addIssue({ ref: 21, moves: [[5, 'New']], type: 'Bug', severity: 'Major', priority: 'High' });
  shop.addIssue({ ref: 22, moves: [[1, 'New']], type: null, severity: null, priority: null });
  const forgotten = shop.addIssue({
    ref: 23,
    moves: [
      [30, 'New'],
      [20, 'In progress'],
    ],
    type: 'Bug',
    severity: 'Minor',
    priority: 'Low',
    assignee: ann,
    due: '2026-03-13',
  });
  taiga.addHistory(forgotten, 16, { comment: 'Still looking' });
  // Imported: older than its project.
  shop.addIssue({
    ref: 24,
    moves: [
      [90, 'New'],
      [10, 'Closed'],
    ],
    finished: 10,
    type: 'Bug',
    severity: 'Minor',
    priority: 'Low',
  });
  shop.addIssue({
    ref: 25,
    moves: [
      [10, 'New'],
      [9, 'Rejected'],
    ],
    type: 'Question',
    severity: 'Minor',
    priority: 'High',
  });
  // An item without history.
  shop.addIssue({
    ref: 26,
    created: 40,
    modified: 0.5,
    status: null,
    type: 'Question',
    severity: 'Minor',
    priority: 'Low',
  });
  shop.addIssue({
    ref: 27,
    moves: [[1, 'New']],
    finished: 0.5, // open, with a date
    type: 'Bug',
    severity: 'Minor',
    priority: 'High',
    assignee: carol,
    due: '2026-03-16',
  });

  const lanes = taiga.addProject('lanes', {
    name: 'Lanes',
    created: 40,
    blockedCode: 'blocked-by-staff',
    statuses: { userstory: ['New', ARBEIT, 'Ready for review', '完成 ✓*'] },
    limits: { [ARBEIT]: 9 }, // counts only without swimlanes
  });
  lanes.addEstimation(['Back'], { '?': null, '5': 5 });
  lanes.addMember(bob, 'Back');
  lanes.addSwimlane('Expedite', { [ARBEIT]: 1 });
  lanes.addSwimlane('Standard', { [ARBEIT]: 5, New: 2 });
  const elsewhere = lanes.addStory({
    ref: 1,
    moves: [
      [10, 'New'],
      [4, ARBEIT],
    ],
    points: { Back: '5' },
    assignee: bob,
    swimlane: 'Expedite',
  });
  lanes.addStory({
    ref: 2,
    moves: [
      [9, 'New'],
      [3, ARBEIT],
    ],
    points: { Back: '?' },
    swimlane: 'Standard',
  });
  lanes.addStory({
    ref: 3,
    moves: [
      [9, 'New'],
      [2, ARBEIT],
    ],
  }); // in no swimlane
  lanes.addStory({ ref: 4, moves: [[14, 'New']], swimlane: 'Standard' }); // stale a moment from now
  lanes.addStory({
    ref: 5,
    moves: [
      [30, 'New'],
      [6, '完成 ✓'],
    ],
    isClosed: true,
    finished: 6,
    swimlane: 'Standard',
  });

  const epic = shop.addEpic({
    ref: 31,
    subject: BIG_EPIC,
    moves: [
      [50, 'New'],
      [30, 'In progress'],
    ],
    stories: [cart, pay, elsewhere],
  });
  taiga.addHistory(epic, 2, { comment: 'On it' });
  shop.addEpic({
    ref: 32,
    moves: [
      [50, 'New'],
      [10, 'Done'],
    ],
  });

  const archive = taiga.addProject('archive-2025', {
    archivedCode: 'archived-by-staff',
    // Its first open column is the backlog, whatever the name.
    statuses: { userstory: ['In progress', 'Done*'] },
  });
  archive.addStory({ ref: 1, moves: [[200, 'In progress']] });

  taiga.addProject('empty', { isPrivate: true });

  // Taiga is about to remove its rows.
  const gone = taiga.addProject('gone', {
    blockedCode: 'blocked-by-deleting',
    statuses: { userstory: ['New'], issue: ['New'], epic: ['New'] },
  });
  gone.addEstimation(['Dev'], { '3': 3 });
  gone.addMember(ann, 'Dev');
  const left = gone.addStory({
    ref: 1,
    moves: [[100, 'New']],
    points: { Dev: '3' },
    assignee: ann,
    sprint: gone.addSprint('last', 'Last', '2026-03-01', '2026-03-31'),
  });
  gone.addIssue({ ref: 2, moves: [[100, 'New']] });
  gone.addEpic({ ref: 3, moves: [[100, 'New']], stories: [left] });

  return taiga;
}
