import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deleteIssueStatus, renameStatus } from '../../src/demo/taiga/boards.js';
import { createIssue, editIssue, promoteToStory } from '../../src/demo/taiga/issues.js';
import type { Act } from '../../src/demo/taiga/recorder.js';
import { deleteStory, dragOnKanban, editStory, moveUnfinished } from '../../src/demo/taiga/stories.js';
import { editTask } from '../../src/demo/taiga/tasks.js';
import { hour, type Micros, microsFrom, minute, timestamp } from '../../src/demo/taiga/time.js';
import { type Kit, openKit } from '../support/kit.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { Samples, type Table } from '../support/samples.js';
import { TaigaBuilder } from '../support/taiga-builder.js';
import { TeamWorld } from '../support/team-world.js';
import { readCounters, readMismatches, readPast } from '../support/telling.js';

const NOW = '2026-03-15T12:00:00Z';
const DAY = 86_400;

let server: TestPostgres;
let kit: Kit;
let world: TeamWorld;

beforeAll(async () => {
  server = await startEitherPostgres();
  kit = await openKit(server.url);
});
afterAll(async () => {
  await kit.close();
  await server.close();
});

/** What the counters say of a world, and that its spans end where the present begins. */
async function tell(now = world.now): Promise<Samples> {
  await world.loadElsewhere(server);
  expect(await readMismatches(kit, now)).toEqual([]);
  return readCounters(kit, now);
}
/** In whole milliseconds, as sums are counted. */
const seconds = (from: string, to: Act): number => Math.round((to.at - microsFrom(from)) / 1000) / 1000;
const momentAfter = (at: Micros): string => new Date(Math.floor(at / 1000) + 1).toISOString();
const story = (name: string): number => world.status('projects_userstorystatus', name).id;
const task = (name: string): number => world.status('projects_taskstatus', name).id;
const issue = (name: string): number => world.status('projects_issuestatus', name).id;
const quality = async (now = world.now): Promise<Table> =>
  Samples.of(await kit.families('data_quality', now)).table('taiga_data_quality_items', ['kind', 'problem']);

/** FACTS §3, "What history does not tell", point by point. */
describe('what history does not tell', () => {
  afterEach(async () => world.close());

  it('1: a story closes with its last task, whenever its own row says so', async () => {
    world = new TeamWorld(1);
    const login = world.addStory({ status_id: story('New'), milestone_id: null });
    const build = world.addTask(login, task('New'));
    const closing = world.act();
    editTask(world.taiga, closing, build, { status_id: task('Closed') });
    const late = world.act();
    editStory(world.taiga, late, login, { status_id: story('Done') });
    const counters = await tell();
    expect(counters.table('taiga_items_closed_total', ['kind'])).toEqual({ userstory: 1, task: 1 });
    expect(counters.table('taiga_lead_time_seconds_sum', ['kind'])).toEqual({
      userstory: seconds(login.created_date, closing),
      task: seconds(build.created_date, closing),
    });
    const [before, between] = await readPast(kit, [
      momentAfter(closing.at - minute),
      momentAfter(closing.at),
      world.now,
    ]);
    expect(before?.table('taiga_items', ['status'], { kind: 'userstory' })).toEqual({ New: 1 });
    expect(between?.table('taiga_items', ['status'], { kind: 'userstory' })).toEqual({ New: 1 });
  });

  it('2: a sprint that closes counts nothing; its stories tell how it stands', async () => {
    world = new TeamWorld(2);
    const [sprint] = world.sprints;
    const login = world.addStory({ status_id: story('New'), milestone_id: sprint?.id ?? 0 });
    const closing = world.act();
    dragOnKanban(world.taiga, closing, login, { status_id: story('Done'), swimlane_id: null }, 1);
    const reopening = world.act();
    dragOnKanban(world.taiga, reopening, login, { status_id: story('New'), swimlane_id: null }, 1);
    const counters = await tell();
    expect(counters.table('taiga_items_closed_total', ['kind'])).toEqual({ userstory: 1 });
    expect(counters.table('taiga_items_reopened_total', ['kind'])).toEqual({ userstory: 1 });
    const past = await readPast(
      kit,
      [closing, reopening].map(({ at }) => momentAfter(at)),
    );
    expect(past.map((samples) => samples.table('taiga_sprint_userstories', ['sprint', 'closed']))).toEqual([
      { 'sprint-0 | true': 1 },
      { 'sprint-0 | false': 1 },
    ]);
  });

  it('3: a deleted story takes its tasks along, a deleted sprint lets its stories go', async () => {
    world = new TeamWorld(3);
    const [sprint] = world.sprints;
    if (!sprint) throw new Error('no sprint');
    const [gone, kept] = [0, 1].map(() =>
      world.addStory({ status_id: story('New'), milestone_id: sprint.id }),
    );
    if (!gone || !kept) throw new Error('no stories');
    world.addTask(gone, task('New'));
    world.addTask(gone, task('Closed'));
    const deletion = world.act();
    deleteStory(world.taiga, deletion, gone);
    world.taiga.store.update('userstories_userstory', kept, { milestone_id: null });
    world.taiga.store.remove('milestones_milestone', sprint);
    const end = new Date(Date.parse(world.now) + 60_000).toISOString();
    const counters = await tell(end);
    expect(counters.table('taiga_items_deleted_total', ['kind'])).toEqual({ userstory: 1, task: 2 });
    const past = await readPast(kit, [momentAfter(deletion.at - minute), momentAfter(deletion.at), end]);
    expect(past.map((samples) => samples.table('taiga_sprint_userstories', ['sprint', 'closed']))).toEqual([
      { 'sprint-0 | false': 2 },
      { 'sprint-0 | false': 1 },
      {},
    ]);
    expect(past[1]?.table('taiga_items', ['kind'])).toEqual({ userstory: 1 });
    expect(await quality(end)).toMatchObject({ 'task | unrecorded_deletion': 2 });
  });

  it('4: a story promoted from an issue is born when it was promoted; copied comments are not its own', async () => {
    world = new TeamWorld(4);
    const bug = world.addIssue();
    const row = editIssue(world.taiga, world.act(), bug, {
      comment: 'Better a story.',
      status_id: issue('In progress'),
    });
    const promotion = world.act();
    const promoted = promoteToStory(world.taiga, promotion, bug, world.project, row ? [row] : []);
    editStory(world.taiga, world.act(), promoted, { status_id: story('Ready') });
    const start = world.act();
    editStory(world.taiga, start, promoted, { status_id: story('In progress') });
    const counters = await tell();
    expect(counters.table('taiga_items_created_total', ['kind'])).toEqual({ issue: 1, userstory: 1 });
    expect(counters.table('taiga_comments_total', ['kind'])).toEqual({ issue: 1 });
    // New → Ready is in no row.
    expect(counters.table('taiga_status_transitions_total', ['kind', 'from', 'to'])).toEqual({
      'issue | New | In progress': 1,
      'userstory | Ready | In progress': 1,
    });
    const [before, after] = await readPast(kit, [
      momentAfter(promotion.at - minute),
      momentAfter(promotion.at),
      world.now,
    ]);
    expect(before?.table('taiga_items', ['status'], { kind: 'userstory' })).toEqual({});
    expect(after?.table('taiga_items', ['status'], { kind: 'userstory' })).toEqual({ New: 1 });
    expect(await quality()).toMatchObject({ 'userstory | unrecorded_creation': 1 });
  });

  it('5: a task that is promoted to a story ends then, also when its old story is deleted later', async () => {
    world = new TeamWorld(5);
    const old = world.addStory({ status_id: story('New') });
    const open = world.addTask(old, task('New'));
    const done = world.addTask(old, task('Closed'));
    const promoted = world.promoteTask(open);
    const promotion = promoted.created_date;
    const deletion = world.act();
    deleteStory(world.taiga, deletion, old);
    const counters = await tell();
    expect(counters.table('taiga_items_created_total', ['kind'])).toEqual({ userstory: 2, task: 2 });
    expect(counters.table('taiga_items_deleted_total', ['kind'])).toEqual({ userstory: 1, task: 2 });
    // With the open task gone, the others were all closed, and so was the story.
    expect(counters.table('taiga_lead_time_seconds_sum', ['kind'])).toEqual({
      userstory: seconds(old.created_date, { at: microsFrom(promotion), by: world.users[0] ?? failed() }),
    });
    const [, after] = await readPast(kit, [
      momentAfter(microsFrom(promotion) - minute),
      momentAfter(microsFrom(promotion)),
      world.now,
    ]);
    expect(after?.table('taiga_items', ['kind'])).toEqual({ userstory: 2, task: 1 });
    expect(done.finished_date).not.toBeNull();
  });

  it('5: when the story that it became is deleted, too, only its last row dates its end', async () => {
    world = new TeamWorld(5);
    const build = world.addTask(undefined, task('New'));
    const last = world.act();
    editTask(world.taiga, last, build, { comment: 'That is more than a task.' });
    const promoted = world.promoteTask(build);
    const deletion = world.act();
    deleteStory(world.taiga, deletion, promoted);
    const counters = await tell();
    expect(counters.table('taiga_items_created_total', ['kind'])).toEqual({ task: 1, userstory: 1 });
    expect(counters.table('taiga_items_deleted_total', ['kind'])).toEqual({ task: 1, userstory: 1 });
    const [before, after] = await readPast(kit, [momentAfter(last.at), momentAfter(deletion.at)]);
    expect(before?.table('taiga_items', ['kind'])).toEqual({});
    expect(after?.table('taiga_items', ['kind'])).toEqual({});
  });

  it('6: a deleted status moves its items without a row; the next one has it as its origin', async () => {
    world = new TeamWorld(6);
    const bug = world.addIssue();
    editIssue(world.taiga, world.act(), bug, { status_id: issue('Needs Info') });
    const [from, to] = ['Needs Info', 'In progress'].map((name) =>
      world.status('projects_issuestatus', name),
    );
    if (!from || !to) throw new Error('no status');
    deleteIssueStatus(world.taiga, from, to);
    expect((await tell()).table('taiga_status_transitions_total', ['from', 'to'])).toEqual({
      'New | Needs Info': 1,
    });
    expect(await quality()).toMatchObject({ 'issue | unrecorded_status': 1 });
    editIssue(world.taiga, world.act(), bug, { status_id: issue('Closed') });
    expect((await tell()).table('taiga_status_transitions_total', ['from', 'to', 'transition'])).toEqual({
      'New | Needs Info | started': 1,
      'Needs Info | Closed | delivered': 1,
    });
  });

  it('7: a switched mark closes nothing, until somebody moves what is there', async () => {
    world = new TeamWorld(7);
    const login = world.addStory({ status_id: story('Ready for test') });
    const bug = world.addIssue();
    editIssue(world.taiga, world.act(), bug, { status_id: issue('Ready for test') });
    const flip = world.act();
    const { store } = world.taiga;
    for (const table of ['projects_userstorystatus', 'projects_issuestatus'] as const)
      store.update(table, world.status(table, 'Ready for test'), { is_closed: true });
    store.update('userstories_userstory', login, { is_closed: true, finish_date: timestamp(flip.at) });
    // The next row comes later, and tells the date.
    editStory(world.taiga, world.act(), login, { comment: 'Done, it seems.' });
    // Of the status of issues nothing but what entered it since tells that it was open.
    const other = world.addIssue();
    editIssue(world.taiga, world.act(), other, { status_id: issue('Ready for test') });
    expect((await tell()).table('taiga_items_closed_total', ['kind'])).toEqual({ issue: 1 });
    expect(await quality()).toMatchObject({ 'issue | closed_without_date': 1 });
    const moves = [world.act(), world.act()] as const;
    editStory(world.taiga, moves[0], login, { status_id: story('Done') });
    editIssue(world.taiga, moves[1], bug, { status_id: issue('Closed') });
    const counters = await tell();
    expect(counters.table('taiga_items_closed_total', ['kind'])).toEqual({ issue: 2, userstory: 1 });
    expect(counters.table('taiga_lead_time_seconds_sum', ['kind'], { kind: 'userstory' })).toEqual({
      userstory: seconds(login.created_date, moves[0]),
    });
  });

  it('8: what is unfinished moves on: stories at once, their tasks without a row', async () => {
    world = new TeamWorld(8);
    const [from, to] = world.sprints;
    if (!from || !to) throw new Error('no sprints');
    const login = world.addStory({ status_id: story('New'), milestone_id: from.id });
    const build = world.addTask(login, task('New'));
    const move = world.act();
    moveUnfinished(world.taiga, move, from, to);
    editTask(world.taiga, world.act(), build, { comment: 'Still here.' });
    const counters = await tell();
    expect(counters.table('taiga_status_transitions_total', ['kind'])).toEqual({});
    expect(counters.table('taiga_comments_total', ['kind'])).toEqual({ task: 1 });
    const [before, after] = await readPast(kit, [
      momentAfter(move.at - minute),
      momentAfter(move.at),
      world.now,
    ]);
    expect(before?.table('taiga_sprint_userstories', ['sprint'])).toEqual({ 'sprint-0': 1 });
    expect(after?.table('taiga_sprint_userstories', ['sprint'])).toEqual({ 'sprint-1': 1 });
  });

  it('9: neighbours that give way are no moves', async () => {
    world = new TeamWorld(9);
    const stories = [0, 1, 2].map(() => world.addStory({ status_id: story('New'), milestone_id: null }));
    const ready = { status_id: story('Ready'), swimlane_id: null };
    for (const each of stories) dragOnKanban(world.taiga, world.act(), each, ready, 1);
    for (const each of stories) editStory(world.taiga, world.act(), each, { comment: 'Moved aside.' });
    const counters = await tell();
    expect(counters.sum('taiga_status_transitions_total')).toBe(3);
    expect(counters.sum('taiga_comments_total')).toBe(3);
    expect(counters.sum('taiga_status_duration_seconds_count')).toBe(3);
  });

  it('10: an issue that moves to another project was created here, and closes there', async () => {
    world = new TeamWorld(10);
    const bug = world.addIssue();
    editIssue(world.taiga, world.act(), bug, { status_id: issue('In progress') });
    world.moveIssueAway(bug);
    const closed = world.status('projects_issuestatus', 'Closed', world.other).id;
    editIssue(world.taiga, world.act(), bug, { status_id: closed });
    const counters = await tell();
    expect(counters.table('taiga_items_created_total', ['project'])).toEqual({ shop: 1 });
    expect(counters.table('taiga_items_closed_total', ['project'])).toEqual({ other: 1 });
    expect(counters.table('taiga_status_transitions_total', ['project', 'from', 'to'])).toEqual({
      'shop | New | In progress': 1,
      'other | New | Closed': 1,
    });
    expect(counters.table('taiga_cycle_time_seconds_count', ['project'])).toEqual({ other: 1 });
  });

  it('11: acts of the system are no response, and rows with an old date count then', async () => {
    world = new TeamWorld(11);
    const [ann, bob] = world.users;
    if (!ann || !bob) throw new Error('no users');
    const birth = world.act(ann);
    const bug = createIssue(world.taiga, birth, world.project, { subject: 'From a hook' });
    await world.loadElsewhere(server);
    const row = (id: string, at: Micros, user: number | null): Promise<unknown> =>
      server.query(
        `INSERT INTO history_historyentry (id, "user", created_at, type, key, diff, "values", comment, is_hidden, is_snapshot, project_id)
         VALUES ($1, $2, $3, 1, $4, '{}', '{}', 'A commit', false, false, $5)`,
        [
          id,
          JSON.stringify({ pk: user, name: '' }),
          timestamp(at),
          `issues.issue:${bug.id}`,
          world.project.id,
        ],
      );
    await row('00000000-0000-11f0-8000-000000000001', birth.at + hour, null);
    await row('00000000-0000-11f0-8000-000000000003', birth.at + 3 * hour, bob.id);
    // Imported later, dated earlier.
    await row('00000000-0000-11f0-8000-000000000004', birth.at + 2 * hour, ann.id);
    const counters = await readCounters(kit, momentAfter(birth.at + 4 * hour));
    expect(counters.sum('taiga_comments_total')).toBe(3);
    expect(counters.sum('taiga_first_response_seconds_sum')).toBe(3 * 3600);
    const earlier = await readCounters(kit, momentAfter(birth.at + 2 * hour));
    expect(earlier.sum('taiga_comments_total')).toBe(2);
  });
});

/** FACTS §7, point by point. */
describe('soft spots', () => {
  const board = {
    userstory: ['New', 'Doing', 'Done*'],
    task: ['New', 'Closed*'],
    issue: ['New', 'Doing', 'Closed*'],
  };

  it('closed is what Taiga says, not what the status is called', async () => {
    const taiga = new TaigaBuilder(NOW);
    const project = taiga.addProject('shop', { statuses: board });
    const done = project.addStory({
      ref: 1,
      moves: [
        [9, 'New'],
        [5, 'Done'],
      ],
      isClosed: false,
    });
    project.addTask({ ref: 2, moves: [[8, 'New']], story: done });
    const doing = project.addStory({
      ref: 3,
      moves: [
        [9, 'New'],
        [6, 'Doing'],
      ],
      isClosed: true,
      finished: 2,
    });
    project.addTask({
      ref: 4,
      moves: [
        [8, 'New'],
        [2, 'Closed'],
      ],
      finished: 2,
      story: doing,
    });
    await taiga.load(server);
    const counters = await readCounters(kit, NOW);
    expect(counters.table('taiga_items_closed_total', ['kind'])).toEqual({ userstory: 1, task: 1 });
    expect(counters.table('taiga_lead_time_seconds_sum', ['kind'])).toEqual({
      userstory: 7 * DAY,
      task: 6 * DAY,
    });
    expect(await readMismatches(kit, NOW)).toEqual([]);
    expect(await quality(NOW)).toMatchObject({
      'userstory | closed_in_open_status': 1,
      'userstory | open_in_closed_status': 1,
    });
  });

  it('a renamed status: counters keep the name of then, gauges have that of today', async () => {
    world = new TeamWorld(12);
    const bug = world.addIssue();
    const first = world.act();
    editIssue(world.taiga, first, bug, { status_id: issue('In progress') });
    renameStatus(
      world.taiga,
      'projects_issuestatus',
      world.status('projects_issuestatus', 'In progress'),
      'Doing it',
    );
    editIssue(world.taiga, world.act(), bug, { status_id: issue('Closed') });
    const counters = await tell();
    expect(counters.table('taiga_status_transitions_total', ['from', 'to'])).toEqual({
      'New | In progress': 1,
      'Doing it | Closed': 1,
    });
    const [past] = await readPast(kit, [momentAfter(first.at), world.now]);
    expect(past?.table('taiga_items', ['status'], { kind: 'issue' })).toEqual({ 'Doing it': 1 });
  });

  it('people who left: what they did stays', async () => {
    world = new TeamWorld(13);
    const bug = world.addIssue();
    editIssue(world.taiga, world.act(), bug, { comment: 'Hm.', status_id: issue('Closed') });
    const before = await tell();
    for (let i = 0; i < 9; i++) world.cancelUser();
    const after = await tell();
    for (const metric of [
      'taiga_comments_total',
      'taiga_items_closed_total',
      'taiga_first_response_seconds_count',
    ])
      expect(after.sum(metric)).toBe(before.sum(metric));
  });

  it('an issue without type, severity, priority and status, and a story without points', async () => {
    const taiga = new TaigaBuilder(NOW);
    const project = taiga.addProject('shop', { statuses: board });
    project.addIssue({ ref: 1, moves: [[9, 'New']], type: null, severity: null, priority: null });
    project.addIssue({ ref: 2, created: 3, status: null, type: 'Bug' });
    project.addStory({
      ref: 3,
      moves: [
        [9, 'New'],
        [8, 'Done'],
      ],
      isClosed: true,
      finished: 8,
    });
    await taiga.load(server);
    expect(await readMismatches(kit, NOW)).toEqual([]);
    const [then, now] = await readPast(kit, ['2026-03-14T12:00:00Z', NOW]);
    for (const samples of [then, now]) {
      expect(samples?.table('taiga_issues', ['status', 'issue_type', 'severity', 'priority'])).toEqual({
        'New |  |  | ': 1,
        ' | Bug |  | ': 1,
      });
      expect(samples?.table('taiga_userstory_points', ['status'])).toEqual({});
    }
    const counters = await readCounters(kit, NOW);
    expect(counters.table('taiga_items_created_total', ['kind'])).toEqual({ issue: 2, userstory: 1 });
    expect(counters.table('taiga_status_transition_points_total', ['to'])).toEqual({});
  });

  it('closed without a date, open with one, and many dates at once', async () => {
    const taiga = new TaigaBuilder(NOW);
    const project = taiga.addProject('shop', { statuses: board });
    // The flag of "Closed" was switched when the first issue was in it; that of "Doing" when the second one was.
    project.addIssue({
      ref: 1,
      moves: [
        [9, 'New'],
        [8, 'Closed'],
      ],
    });
    project.addIssue({
      ref: 2,
      moves: [
        [9, 'New'],
        [8, 'Doing'],
      ],
      finished: 8,
    });
    for (const ref of [3, 4, 5])
      project.addStory({
        ref,
        moves: [
          [ref + 5, 'New'],
          [ref + 4, 'Done'],
        ],
        isClosed: true,
        finished: 1,
      });
    await taiga.load(server);
    expect(await readMismatches(kit, NOW)).toEqual([]);
    const counters = await readCounters(kit, NOW);
    // A switched mark closes nothing; the second issue closed while its status was marked as closed.
    expect(counters.table('taiga_items_closed_total', ['kind'])).toEqual({ issue: 1 });
    expect(counters.table('taiga_lead_time_seconds_sum', ['kind'])).toEqual({ issue: DAY });
    expect(await quality(NOW)).toMatchObject({
      'issue | closed_without_date': 1,
      'issue | open_with_date': 1,
    });
  });

  it('projects that are blocked or archived, or have their modules off, count; one that is being deleted does not', async () => {
    const taiga = new TaigaBuilder(NOW);
    for (const [slug, codes] of Object.entries({
      blocked: { blockedCode: 'blocked-by-staff' },
      archived: { archivedCode: 'archived-by-staff' },
      gone: { blockedCode: 'blocked-by-deleting' },
    }))
      taiga.addProject(slug, { statuses: board, ...codes }).addIssue({
        ref: 1,
        moves: [
          [9, 'New'],
          [8, 'Closed'],
        ],
        finished: 8,
      });
    await taiga.load(server);
    const counters = await readCounters(kit, NOW);
    expect(counters.table('taiga_items_closed_total', ['project'])).toEqual({ blocked: 1, archived: 1 });
    const [past] = await readPast(kit, [NOW]);
    expect(past?.table('taiga_items', ['project', 'status'])).toEqual({
      'blocked | Closed': 1,
      'archived | Closed': 1,
    });
  });

  it('what references remember of deleted items', async () => {
    const taiga = new TaigaBuilder(NOW);
    const project = taiga.addProject('shop', { statuses: board });
    const item = project.addIssue({ ref: 1, moves: [[9, 'New']] });
    taiga.addHistory({ ...item, id: 77 }, 5, {
      type: 2,
      snapshot: { ref: 77, status: project.statusId('issue', 'New') },
    });
    taiga.add('references_reference', { object_id: 77, ref: 77, project_id: project.id });
    await taiga.load(server);
    const counters = await readCounters(kit, NOW);
    // The second has a birth, and no more than that: it is gone since its last row.
    expect(counters.sum('taiga_items_created_total')).toBe(2);
    expect(counters.sum('taiga_items_deleted_total')).toBe(1);
    expect(await readMismatches(kit, NOW)).toEqual([]);
  });

  it('an item that is older than its project, by import', async () => {
    const taiga = new TaigaBuilder(NOW);
    const project = taiga.addProject('shop', { created: 10, statuses: board });
    project.addIssue({
      ref: 1,
      created: 30,
      moves: [
        [9, 'New'],
        [8, 'Closed'],
      ],
      finished: 8,
    });
    await taiga.load(server);
    expect(await readMismatches(kit, NOW)).toEqual([]);
    const counters = await readCounters(kit, NOW);
    expect(counters.sum('taiga_lead_time_seconds_sum')).toBe(22 * DAY);
    const [long, now] = await readPast(kit, ['2026-02-20T12:00:00Z', NOW]);
    expect(long?.table('taiga_items', ['status'])).toEqual({ New: 1 });
    expect(long?.sum('taiga_items_created_total')).toBe(1);
    expect(now?.table('taiga_items', ['status'])).toEqual({ Closed: 1 });
    expect(await quality(NOW)).toMatchObject({ 'issue | created_before_project': 1 });
  });
});

function failed(): never {
  throw new Error('no such row');
}
