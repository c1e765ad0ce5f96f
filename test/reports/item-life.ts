import { type Item, TaigaBuilder } from '../support/taiga-builder.js';

/** A Sunday, in the evening. */
export const NOW = '2026-03-15T20:00:00Z';
const BOARD = ['New', 'In progress', 'Ready for test', 'Done*'];

export const HOSTILE = '<script>alert(1)</script> | =cmd() "x"';
export const REASON = 'waits for <b>Bob</b>';

/** A project `shop` with a story that has seen a lot, and what became of others; days ago are in brackets. */
export function itemLives(): TaigaBuilder {
  const taiga = new TaigaBuilder(NOW);
  const statuses = { epic: BOARD, userstory: BOARD, task: BOARD, issue: BOARD };
  const ann = taiga.addUser('ann', 'Ann Smith');
  const bob = taiga.addUser('bob', 'Bob Jones');
  const [byAnn, byBob] = [
    { pk: ann.id, name: 'Ann Smith' },
    { pk: bob.id, name: 'Bob Jones' },
  ];
  const shop = taiga.addProject('shop', { statuses });
  const lanes = taiga.addProject('lanes', { statuses });
  shop.addEstimation(['dev'], { '5': 5, '8': 8, '?': null });
  const [five, eight, unknown] = [1, 2, 3];
  const first = shop.addSprint('one', 'Sprint 1', '2026-02-27', '2026-03-05');
  const second = shop.addSprint('two', 'Sprint 2', '2026-03-06', '2026-03-19');
  const status = (name: string): number => shop.statusId('userstory', name);

  const story = shop.addStory({
    ...{ ref: 1, subject: HOSTILE, created: 20, status: 'Done', isClosed: true, finished: 2 },
    ...{ sprint: second, points: { dev: '8' }, assignee: bob },
  });
  /** As Taiga writes it: with what the statuses are called. */
  const names = {
    status: Object.fromEntries(
      BOARD.map((mark) => mark.replace('*', '')).map((name) => [status(name), name]),
    ),
  };
  const tell = (days: number, user: typeof byAnn, diff: Record<string, unknown>, comment = ''): void =>
    taiga.addHistory(story, days, { user, diff, values: names, comment });
  taiga.addHistory(story, 20, {
    ...{ type: 2, user: byAnn },
    snapshot: { ref: 1, subject: 'Cart', status: status('New'), points: { '1': unknown }, milestone: null },
  });
  tell(18, byAnn, { points: [{ '1': unknown }, { '1': five }] });
  tell(16, byAnn, { milestone: [null, first.id], subject: ['Cart', HOSTILE] });
  tell(10, byBob, { status: [status('New'), status('In progress')], assigned_users: [[], [bob.id]] });
  tell(9, byBob, { is_blocked: [false, true], blocked_note: ['', REASON] });
  tell(8, byAnn, { is_blocked: [true, false], blocked_note: [REASON, ''], milestone: [first.id, second.id] });
  tell(6, byBob, { status: [status('In progress'), status('Ready for test')] });
  tell(5.5, byAnn, {}, 'It fails.');
  tell(5, byAnn, {
    status: [status('Ready for test'), status('In progress')],
    points: [{ '1': five }, { '1': eight }],
  });
  tell(2, byBob, {
    ...{ status: [status('In progress'), status('Done')], is_closed: [false, true] },
    finish_date: ['None', taiga.ago(2).replace('T', ' ').replace('.000Z', '+00:00')],
  });

  shop.addTask({
    ref: 2,
    story,
    subject: 'Button',
    sprint: second,
    moves: [
      [9, 'New'],
      [3, 'Done'],
    ],
    finished: 3,
  });
  shop.addEpic({ ref: 10, subject: 'Checkout', created: 30, status: 'New', stories: [story] });

  // Deleted: no table has it any more.
  const gone: Item = { kind: 'issue', id: 900, project: shop };
  const issue = (name: string): number => shop.statusId('issue', name);
  const snapshot = { ref: 3, subject: 'Gone', status: issue('New') };
  taiga.addHistory(gone, 12, { type: 2, user: byAnn, snapshot });
  taiga.addHistory(gone, 7, { user: byBob, diff: { status: [issue('New'), issue('In progress')] } });
  taiga.addHistory(gone, 4, {
    type: 3,
    user: byAnn,
    snapshot: { ...snapshot, status: issue('In progress') },
  });

  // Moved from one project to the other, where it has another number.
  const moved = shop.addIssue({ ref: 5, subject: 'Moved', created: 14, status: 'In progress', type: 'Bug' });
  const there: Item = { ...moved, project: lanes };
  const inLanes = (name: string): number => lanes.statusId('issue', name);
  taiga.addHistory(there, 14, { type: 2, snapshot: { ref: 7, subject: 'Moving', status: inLanes('New') } });
  taiga.addHistory(moved, 6, { diff: { ref: [7, 5], status: [inLanes('New'), issue('New')] } });
  taiga.addHistory(moved, 1, {
    diff: { subject: ['Moving', 'Moved'], status: [issue('New'), issue('In progress')] },
  });

  // Nothing but its table.
  shop.addIssue({ ref: 6, subject: 'Silent', created: 3, status: 'New', blocked: true });
  return taiga;
}
