import { afterEach, beforeEach, expect, it } from 'vitest';
import { deleteIssueStatus, renameStatus } from '../../src/demo/taiga/boards.js';
import { recalculateStory } from '../../src/demo/taiga/closing.js';
import { editIssue } from '../../src/demo/taiga/issues.js';
import type { IssueRow, StoryRow, StoryStatusRow } from '../../src/demo/taiga/rows.js';
import { editStory } from '../../src/demo/taiga/stories.js';
import { type Kit, openKit } from '../support/kit.js';
import { type LiveReading, readAll, startLiveReading } from '../support/live-reading.js';
import { describeOnPostgres } from '../support/postgres.js';
import type { Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';

/** Marks that are switched, statuses that are renamed, deleted and dragged: none of it is something that happened. */
describeOnPostgres('administration of a board', (server) => {
  let kit: Kit;
  let world: TeamWorld;
  let live: LiveReading;
  let before: Table;

  const issue = (name: string) => world.status('projects_issuestatus', name);
  const story = (name: string) => world.status('projects_userstorystatus', name) as StoryStatusRow;
  const read = async (): Promise<Table> => {
    await world.write();
    return live.read(world.now);
  };
  const begin = async (seed: number): Promise<void> => {
    world = new TeamWorld(seed);
    for (let i = 0; i < 40; i++) world.anything();
    await world.load(server());
    live = startLiveReading(kit);
    before = await live.read(world.now);
  };
  /** A service that starts now, with the state file of the one that runs. */
  const restarted = (): Promise<Table> =>
    startLiveReading(kit, undefined, undefined, live.statusRecord()).read(world.now);
  /** What a service that starts now, without a state file, reads; and how many items, over all collectors. */
  const started = async (): Promise<{ readonly table: Table; readonly itemsRead: number }> => {
    const fresh = startLiveReading(kit);
    return { table: await fresh.read(world.now), itemsRead: fresh.itemsRead() };
  };
  /** Lines that differ, and by how much. */
  const growth = (after: Table): Table =>
    Object.fromEntries(
      [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .map((series): [string, number] => [series, (after[series] ?? 0) - (before[series] ?? 0)])
        .filter(([series, change]) => change !== 0 && series.includes('_total')),
    );
  const setMark = (status: ReturnType<typeof issue> | ReturnType<typeof story>, isClosed: boolean): void => {
    const at = world.act();
    if ('wip_limit' in status) {
      world.taiga.store.update('projects_userstorystatus', status, { is_closed: isClosed });
      // Taiga works out every story of the status anew, and writes no row.
      for (const each of world.stories().filter((row) => row.status_id === status.id))
        recalculateStory(world.taiga.store, each, at.at);
    } else world.taiga.store.update('projects_issuestatus', status, { is_closed: isClosed });
  };
  const way = (...names: readonly string[]): IssueRow => {
    const row = world.addIssue();
    for (const name of names) editIssue(world.taiga, world.act(), row, { status_id: issue(name).id });
    return row;
  };
  const storyWay = (...names: readonly string[]): StoryRow => {
    const row = world.addStory({ status_id: story('New').id, milestone_id: null });
    for (const name of names) editStory(world.taiga, world.act(), row, { status_id: story(name).id });
    return row;
  };

  beforeEach(async () => {
    kit = await openKit(server().url);
  });
  afterEach(async () => {
    await world.close();
    await kit.close();
  });

  it.each(['taken off', 'put on'])(
    'moves no counter when a mark is %s, nor when its items are touched',
    async (what) => {
      await begin(6);
      const status = what === 'taken off' ? 'Closed' : 'Needs Info';
      const storyStatus = what === 'taken off' ? 'Done' : 'Ready for test';
      const [touched, moved] = [way('In progress', status), way('In progress', status)];
      const [touchedStory, movedStory] = [storyWay('In progress', storyStatus), storyWay(storyStatus)];
      way(status, 'In progress', status, 'In progress');
      before = await read();
      setMark(issue(status), what !== 'taken off');
      setMark(story(storyStatus), what !== 'taken off');
      expect(growth(await read())).toEqual({});
      editIssue(world.taiga, world.act(), touched, { comment: 'Just a word.' });
      editStory(world.taiga, world.act(), touchedStory, { comment: 'Just a word.' });
      expect(growth(await read())).toEqual({
        'taiga_comments_total{project="shop",kind="issue"}': 1,
        'taiga_comments_total{project="shop",kind="userstory"}': 1,
      });
      before = await read();
      editIssue(world.taiga, world.act(), moved, { status_id: issue('New').id });
      editStory(world.taiga, world.act(), movedStory, { status_id: story('New').id });
      const after = await read();
      // They were taken for closed, or for open, since they came in.
      const counted = (kind: string, name: string): number =>
        growth(after)[`taiga_items_${name}_total{project="shop",kind="${kind}"}`] ?? 0;
      for (const kind of ['issue', 'userstory']) {
        expect(counted(kind, 'closed')).toBe(0);
        expect(counted(kind, 'reopened')).toBe(what === 'taken off' ? 1 : 0);
      }
      expect(await restarted()).toEqual(after);
    },
  );

  it('is inferred by a service that starts afterwards, where records allow', async () => {
    await begin(2);
    // Closed and left alone: their dates tell of the mark, before and after.
    for (let i = 0; i < 3; i++) way('In progress', 'Closed');
    for (let i = 0; i < 3; i++) storyWay('In progress', 'Done');
    before = await read();
    setMark(issue('Closed'), false);
    setMark(story('Done'), false);
    for (let i = 0; i < 2; i++) way('In progress', 'Closed');
    for (let i = 0; i < 2; i++) storyWay('In progress', 'Done');
    const after = await read();
    expect(growth(after)['taiga_items_closed_total{project="shop",kind="issue"}']).toBeUndefined();
    expect(growth(after)['taiga_items_closed_total{project="shop",kind="userstory"}']).toBeUndefined();
    expect(await readAll(kit, world.now)).toEqual(after);
    expect((await started()).table).toEqual(after);
  });

  it('costs a service that starts afterwards a second look at the items that met the status, and at no others', async () => {
    await begin(2);
    const known = await started();
    const [met, others] = [3, 5];
    for (let i = 0; i < met; i++) way('In progress', 'Closed');
    for (let i = 0; i < others; i++) way('In progress', 'Needs Info');
    await read();
    const before = await started();
    setMark(issue('Closed'), false);
    way('In progress', 'Closed');
    const after = await read();
    const found = await started();
    expect(found.table).toEqual(after);
    const collectors = (before.itemsRead - known.itemsRead) / (met + others);
    const again = found.itemsRead - before.itemsRead - collectors;
    expect(again).toBeGreaterThanOrEqual(met * collectors);
    expect(again).toBeLessThan(before.itemsRead - others * collectors);
  });

  it('may delete a closed status: what was delivered stays delivered', async () => {
    await begin(3);
    for (let i = 0; i < 4; i++) way('In progress', 'Closed');
    for (let i = 0; i < 4; i++) storyWay('In progress', 'Done');
    before = await read();
    world.act();
    deleteIssueStatus(world.taiga, issue('Closed'), issue('Needs Info'));
    const done = story('Done');
    for (const each of world.stories().filter((row) => row.status_id === done.id))
      world.taiga.store.update('userstories_userstory', each, { status_id: story('Ready').id });
    world.taiga.store.remove('projects_userstorystatus', done);
    const after = await read();
    expect(growth(after)).toEqual({});
    expect(await readAll(kit, world.now)).toEqual(after);
    expect((await started()).table).toEqual(after);
    expect(await restarted()).toEqual(after);
  });

  it('may rename and drag columns', async () => {
    await begin(4);
    for (let i = 0; i < 3; i++)
      way('In progress', 'Ready for test', 'In progress', 'Ready for test', 'Closed');
    before = await read();
    renameStatus(world.taiga, 'projects_issuestatus', issue('Ready for test'), 'Ready for QA');
    renameStatus(world.taiga, 'projects_issuestatus', issue('New'), 'Arrived');
    renameStatus(world.taiga, 'projects_userstorystatus', story('Done'), 'Won');
    world.taiga.store.update('projects_issuestatus', issue('Closed'), { order: -1 });
    world.taiga.store.update('projects_userstorystatus', story('In progress'), { order: -1 });
    const after = await read();
    expect(growth(after)).toEqual({});
    expect(await readAll(kit, world.now)).toEqual(after);
  });

  it('may give a board its first backlog by name, and take it away again', async () => {
    await begin(5);
    const fresh = issue('New');
    renameStatus(world.taiga, 'projects_issuestatus', fresh, 'Arrived');
    before = await read();
    const started =
      'taiga_status_transitions_total{project="shop",kind="issue",from="Arrived",to="In progress",transition="started"}';
    const moved = started.replace('"started"', '"moved"');
    const moveOne = async (): Promise<Table> => {
      before = await read();
      const bug = world.addIssue();
      editIssue(world.taiga, world.act(), bug, { status_id: issue('In progress').id });
      return growth(await read());
    };
    // Its oldest status is the backlog, while none is called like one.
    expect((await moveOne())[started]).toBe(1);
    renameStatus(world.taiga, 'projects_issuestatus', issue('Postponed'), 'Ideas');
    expect((await moveOne())[moved]).toBe(1);
    renameStatus(world.taiga, 'projects_issuestatus', issue('Ideas'), 'Later');
    expect((await moveOne())[started]).toBe(1);
    expect(await restarted()).toEqual(await read());
  });
});
