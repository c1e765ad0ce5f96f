import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteIssueStatus, renameStatus } from '../../src/demo/taiga/boards.js';
import { editIssue, promoteToStory } from '../../src/demo/taiga/issues.js';
import { deleteStory, dragOnKanban, reorderBacklog } from '../../src/demo/taiga/stories.js';
import { editTask } from '../../src/demo/taiga/tasks.js';
import { timestamp } from '../../src/demo/taiga/time.js';
import { seeds } from '../support/effort.js';
import { collectorsWith, type Kit, openKit } from '../support/kit.js';
import { fallen, type LiveReading, readAll, startLiveReading } from '../support/live-reading.js';
import { describeOnPostgres, hasPostgres, startPostgres } from '../support/postgres.js';
import type { Table } from '../support/samples.js';
import { TeamWorld, writeChanges } from '../support/team-world.js';

describeOnPostgres('counters that are kept up to date', (server) => {
  let kit: Kit;
  let world: TeamWorld;
  let live: LiveReading;
  let before: Table;

  /** A team that has been at it for a while, and a service that has read all of that. */
  const begin = async (seed: number, acts = 40): Promise<void> => {
    world = new TeamWorld(seed);
    for (let i = 0; i < acts; i++) world.anything();
    await world.load(server());
    live = startLiveReading(kit);
    before = await live.read(world.now);
  };
  /** Reads what was done, holds it against a service that has just started, and tells what it added. */
  const cycle = async (): Promise<Table> => {
    await world.write();
    const after = await live.read(world.now);
    expect(fallen(before, after)).toEqual([]);
    expect(after).toEqual(await readAll(kit, world.now));
    const grown = growth(before, after);
    before = after;
    return grown;
  };
  beforeEach(async () => {
    kit = await openKit(server().url);
  });
  afterEach(async () => {
    await world.close();
    await kit.close();
  });

  it.each(seeds(1, 1))('equal one reading of everything after whatever happens (seed %i)', async (seed) => {
    await begin(seed, 60);
    for (let round = 0; round < 6; round++) {
      for (let i = world.random.integer(0, 15); i > 0; i--) world.anything();
      await cycle();
      // The service is started anew: nothing may show.
      if (world.random.chance(0.3)) {
        live = startLiveReading(kit);
        expect(await live.read(world.now)).toEqual(before);
      }
    }
  });

  it('cost nothing when nothing happens', async () => {
    await begin(4);
    await live.read(world.now);
    expect(live.itemsRead()).toBe(0);
    world.addIssue();
    await world.write();
    await live.read(world.now);
    // Each collector reads one item, and once more, in case its rows were not committed together.
    const collectors = collectorsWith(kit, 'events').length;
    expect(live.itemsRead()).toBe(collectors);
    await live.read(world.now);
    expect(live.itemsRead()).toBeLessThanOrEqual(collectors);
    await live.read(world.now);
    expect(live.itemsRead()).toBe(0);
  });

  it('take in drag and drop, which leaves modified_date alone', async () => {
    await begin(5);
    const story = world.addStory({ status_id: world.status('projects_userstorystatus', 'New').id });
    await cycle();
    const modified = story.modified_date;
    const ready = world.status('projects_userstorystatus', 'Ready').id;
    dragOnKanban(world.taiga, world.act(), story, { status_id: ready, swimlane_id: null }, 3);
    expect(await cycle()).toMatchObject({
      'taiga_status_transitions_total{project="shop",kind="userstory",from="New",to="Ready",transition="scope_increased"}': 1,
    });
    expect(story.modified_date).toBe(modified);
  });

  it('take in stories that their tasks close, which leaves no row', async () => {
    await begin(6);
    const story = world.addStory({ status_id: world.status('projects_userstorystatus', 'New').id });
    const task = world.addTask(story, world.status('projects_taskstatus', 'New').id);
    await cycle();
    editTask(world.taiga, world.act(), task, {
      status_id: world.status('projects_taskstatus', 'Closed').id,
    });
    expect(await cycle()).toMatchObject({
      'taiga_items_closed_total{project="shop",kind="task"}': 1,
      'taiga_items_closed_total{project="shop",kind="userstory"}': 1,
    });
    expect(
      await server().query(
        `SELECT count(*)::int AS rows FROM history_historyentry WHERE key = 'userstories.userstory:${story.id}'`,
      ),
    ).toEqual([{ rows: 1 }]);
  });

  it('take in a deletion that only a hidden row tells, and the tasks that go along', async () => {
    await begin(7);
    const [kept, story] = [world.addStory({ milestone_id: null }), world.addStory({ milestone_id: null })];
    world.addTask(story, world.status('projects_taskstatus', 'New').id);
    world.addTask(story, world.status('projects_taskstatus', 'New').id);
    reorderBacklog(world.taiga, world.act(), story, 2);
    // The story gives way, which only its last row tells: that hides it.
    reorderBacklog(world.taiga, world.act(), kept, 1);
    await cycle();
    deleteStory(world.taiga, world.act(), story);
    expect(await cycle()).toMatchObject({
      'taiga_items_deleted_total{project="shop",kind="userstory"}': 1,
      'taiga_items_deleted_total{project="shop",kind="task"}': 2,
    });
    expect(
      await server().query(
        `SELECT is_hidden, (SELECT count(*)::int FROM timeline_timeline WHERE event_type = 'userstories.userstory.delete'
           AND data #>> '{userstory,id}' = '${story.id}') AS told
         FROM history_historyentry WHERE key = 'userstories.userstory:${story.id}' AND type = 3`,
      ),
    ).toEqual([{ is_hidden: true, told: 0 }]);
  });

  it('take in what is born and gone without a row: promoted issues and tasks', async () => {
    await begin(8);
    const issue = world.addIssue();
    const task = world.addTask(undefined, world.status('projects_taskstatus', 'New').id);
    await cycle();
    promoteToStory(world.taiga, world.act(), issue, world.project, []);
    expect(await cycle()).toMatchObject({ 'taiga_items_created_total{project="shop",kind="userstory"}': 1 });
    world.promoteTask(task);
    expect(await cycle()).toMatchObject({
      'taiga_items_created_total{project="shop",kind="userstory"}': 1,
      'taiga_items_deleted_total{project="shop",kind="task"}': 1,
    });
  });

  it('do not heed renamed and deleted statuses, other types and removed users', async () => {
    await begin(9);
    const status = (name: string) => world.status('projects_issuestatus', name);
    const [issue, bug] = [world.addIssue(), world.addIssue()];
    editIssue(world.taiga, world.act(), issue, { status_id: status('Needs Info').id });
    await cycle();
    renameStatus(world.taiga, 'projects_issuestatus', status('New'), 'Rejected at first');
    expect(await cycle()).toEqual({});
    deleteIssueStatus(world.taiga, status('Needs Info'), status('Ready for test'));
    expect(await cycle()).toEqual({});
    world.cancelUser();
    expect(await cycle()).toEqual({});
    const [, other] = world.taiga.store.where(
      'projects_issuetype',
      (row) => row.project_id === world.project.id,
    );
    editIssue(world.taiga, world.act(), bug, { type_id: other?.id ?? 0 });
    const retyped = Object.keys(await cycle());
    expect(retyped.filter((series) => !series.startsWith('taiga_first_response'))).toEqual([]);
    // The next row tells of the move, with the deleted status as its origin.
    editIssue(world.taiga, world.act(), issue, { status_id: status('Closed').id });
    expect(await cycle()).toMatchObject({
      'taiga_status_transitions_total{project="shop",kind="issue",from="Needs Info",to="Closed",transition="delivered"}': 1,
    });
  });

  it('never fall when the closed flag of a status is switched', async () => {
    await begin(11);
    const closed = world.status('projects_issuestatus', 'Closed');
    const inProgress = world.status('projects_issuestatus', 'In progress');
    const issue = world.addIssue();
    for (const status of [closed, inProgress, closed, inProgress]) {
      editIssue(world.taiga, world.act(), issue, { status_id: status.id });
    }
    await cycle();
    world.taiga.store.update('projects_issuestatus', closed, { is_closed: false });
    editIssue(world.taiga, world.act(), issue, { is_blocked: true });
    await world.write();
    const after = await live.read(world.now);
    expect(fallen(before, after)).toEqual([]);
    const series = 'taiga_items_closed_total{project="shop",kind="issue"}';
    expect(after[series]).toBe(before[series]);
    // A service that starts now knows less, where no record is left of the mark (docs/data-quality.md), but for the
    // state file of the one before.
    expect((await readAll(kit, world.now))[series]).toBe((before[series] ?? 0) - 2);
    const restarted = startLiveReading(kit, undefined, undefined, live.statusRecord());
    expect(await restarted.read(world.now)).toEqual(after);
  });

  it.each([-24, -1, 1, 24])(
    'never fall when the clock is set %i h ahead, and miss nothing when it is put right',
    async (hours) => {
      await begin(12);
      for (let i = 0; i < 10; i++) world.anything();
      await world.write();
      const wrong = new Date(Date.parse(world.now) + hours * 3_600_000).toISOString();
      const during = await live.read(wrong);
      expect(fallen(before, during)).toEqual([]);
      before = during;
      for (let i = 0; i < 10; i++) world.anything();
      await cycle();
    },
  );

  it('count what is dated in the future when its time comes, without anything being written', async () => {
    await begin(11);
    const issue = world.addIssue();
    await cycle();
    const today = Date.parse(world.now);
    const at = timestamp((today + 3_600_000) * 1000);
    await server().query(
      `INSERT INTO history_historyentry (id, key, created_at, type, diff, comment, project_id, is_hidden, is_snapshot)
       VALUES ('later', 'issues.issue:${issue.id}', '${at}', 1, '{}', 'From tomorrow', ${world.project.id}, false, false)`,
    );
    await server().query(`UPDATE issues_issue SET version = version + 1 WHERE id = ${issue.id}`);
    const comments = 'taiga_comments_total{project="shop",kind="issue"}';
    const later = (ms: number): string => new Date(today + ms).toISOString();
    for (const ms of [0, 1_800_000, 3_599_000])
      expect((await live.read(later(ms)))[comments] ?? 0).toBe(before[comments] ?? 0);
    expect((await live.read(later(3_601_000)))[comments]).toBe((before[comments] ?? 0) + 1);
    expect((await live.read(later(7_200_000)))[comments]).toBe((before[comments] ?? 0) + 1);
    expect(live.itemsRead()).toBe(0);
    // A service that was started before that moment does the same.
    const other = startLiveReading(kit);
    await other.read(later(0));
    expect((await other.read(later(3_601_000)))[comments]).toBe((before[comments] ?? 0) + 1);
  });
});

describe.skipIf(!hasPostgres)('late commits (skipped without PostgreSQL on the machine)', () => {
  it('are neither missed nor counted twice', async () => {
    const server = await startPostgres();
    const kit = await openKit(server.url);
    const world = new TeamWorld(21);
    const slow = new pg.Client({ connectionString: server.url });
    try {
      for (let i = 0; i < 40; i++) world.anything();
      await world.load(server);
      await slow.connect();
      const live = startLiveReading(kit);
      await live.read(world.now);
      for (let round = 0; round < 6; round++) {
        // The time stamps are taken first; others commit before, and the service reads in between.
        const issue = world.addIssue();
        editIssue(world.taiga, world.act(), issue, { comment: 'Slowly.' });
        const late = world.takeChanges();
        world.unseen = issue;
        for (let i = world.random.integer(1, 6); i > 0; i--) world.anything();
        const early = world.takeChanges();
        world.unseen = undefined;
        await slow.query('BEGIN');
        const cut = round % late.length;
        await writeChanges(slow, late.slice(0, cut));
        await world.write(early);
        const meanwhile = await live.read(world.now);
        expect(meanwhile).toEqual(await readAll(kit, world.now));
        await writeChanges(slow, late.slice(cut));
        for (let looks = round % 4; looks > 0; looks--) await live.read(world.now);
        await slow.query('COMMIT');
        const after = await live.read(world.now);
        expect(fallen(meanwhile, after)).toEqual([]);
        expect([round, after]).toEqual([round, await readAll(kit, world.now)]);
      }
    } finally {
      await slow.end();
      await world.close();
      await kit.close();
      await server.close();
    }
  });
});

function growth(before: Table, after: Table): Table {
  return Object.fromEntries(
    Object.entries(after)
      .map(([series, value]): [string, number] => [series, value - (before[series] ?? 0)])
      .filter(([, value]) => value !== 0),
  );
}
