import { afterEach, beforeEach, expect, it } from 'vitest';
import { createIssue } from '../../src/demo/taiga/issues.js';
import { type Kit, openKit } from '../support/kit.js';
import { fallen, type LiveReading, readAll, startLiveReading } from '../support/live-reading.js';
import { describeOnPostgres } from '../support/postgres.js';
import type { Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';

describeOnPostgres('the counters of projects', (server) => {
  let kit: Kit;
  let world: TeamWorld;
  let live: LiveReading;
  let before: Table;

  beforeEach(async () => {
    world = new TeamWorld(61);
    for (let i = 0; i < 15; i++) world.anything();
    for (let i = 0; i < 3; i++)
      createIssue(world.taiga, world.act(), world.other, { subject: 'An issue elsewhere' });
    await world.load(server());
    kit = await openKit(server().url);
    live = startLiveReading(kit);
    before = await live.read(world.now);
    // What came with the loading is looked at once more.
    await live.read(world.now);
  });
  afterEach(async () => {
    await world.close();
    await kit.close();
  });

  /** At the next cycle the service shows what one would show that has just started; resolves to what it shows. */
  const cycle = async (...statements: readonly string[]): Promise<Table> => {
    for (const statement of statements) await server().query(statement);
    const after = await live.read(world.now);
    expect(after).toEqual(await readAll(kit, world.now));
    return after;
  };
  const of = (table: Table, slug: string): Table =>
    Object.fromEntries(Object.entries(table).filter(([series]) => series.includes(`project="${slug}"`)));

  it('are those of the new name when a project is renamed', async () => {
    const after = await cycle(`UPDATE projects_project SET slug = 'store' WHERE id = ${world.project.id}`);
    expect(of(after, 'shop')).toEqual({});
    expect(Object.values(of(after, 'store'))).toEqual(Object.values(of(before, 'shop')));
    expect(of(after, 'other')).toEqual(of(before, 'other'));
    await live.read(world.now);
    expect(live.itemsRead()).toBe(0);
    // Two projects may change their names with each other.
    await cycle(
      `UPDATE projects_project SET slug = 'x' WHERE slug = 'store';
       UPDATE projects_project SET slug = 'store' WHERE slug = 'other';
       UPDATE projects_project SET slug = 'other' WHERE slug = 'x'`,
    );
  });

  it('are gone while a project is being deleted, and after', async () => {
    const { id } = world.project;
    const marked = await cycle(
      `UPDATE projects_project SET owner_id = NULL, blocked_code = 'blocked-by-deleting' WHERE id = ${id}`,
    );
    expect(of(marked, 'shop')).toEqual({});
    expect(of(marked, 'other')).toEqual(of(before, 'other'));
    await cycle(`DELETE FROM issues_issue WHERE project_id = ${id}`);
    await cycle(
      `DELETE FROM tasks_task WHERE project_id = ${id}`,
      `DELETE FROM userstories_userstory WHERE project_id = ${id}`,
      `DELETE FROM history_historyentry WHERE project_id = ${id}`,
    );
    expect(of(await cycle(`DELETE FROM projects_project WHERE id = ${id}`), 'other')).toEqual(
      of(before, 'other'),
    );
  });

  it('are there again when a project is kept after all', async () => {
    const { id } = world.project;
    await cycle(`UPDATE projects_project SET blocked_code = 'blocked-by-deleting' WHERE id = ${id}`);
    const kept = await cycle(`UPDATE projects_project SET blocked_code = NULL WHERE id = ${id}`);
    expect(kept).toEqual(before);
  });

  it('stay as they are when a project gets another owner, or is blocked by staff', async () => {
    const { id } = world.project;
    for (const change of ["owner_id = 1, transfer_token = 'x'", "blocked_code = 'blocked-by-staff'"]) {
      const after = await cycle(`UPDATE projects_project SET ${change} WHERE id = ${id}`);
      expect(live.itemsRead()).toBe(0);
      expect(fallen(before, after)).toEqual([]);
    }
  });

  it('take in a project that comes with its past', async () => {
    const { id } = world.other;
    await server().query(`UPDATE projects_project SET blocked_code = 'blocked-by-deleting' WHERE id = ${id}`);
    live = startLiveReading(kit);
    before = await live.read(world.now);
    const after = await cycle(`UPDATE projects_project SET blocked_code = NULL WHERE id = ${id}`);
    expect(of(after, 'other')['taiga_items_created_total{project="other",kind="issue"}']).toBe(3);
    expect(fallen(before, after)).toEqual([]);
  });
});
