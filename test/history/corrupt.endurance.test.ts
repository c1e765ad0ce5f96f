import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Kit, openKit } from '../support/kit.js';
import { readAll, startLiveReading } from '../support/live-reading.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { Samples, type Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';
import { readMismatches, readPast } from '../support/telling.js';

let server: TestPostgres;
let kit: Kit;
let world: TeamWorld;
/** Items that exist, and that the rows below are put to. */
let keys: { story: string; task: string; issue: string };
let before: Table;

beforeAll(async () => {
  server = await startEitherPostgres();
  kit = await openKit(server.url);
  world = new TeamWorld(51);
  world.leavesTraces = true;
  for (let i = 0; i < 120; i++) world.anything();
  const [story, task, issue] = [world.stories()[0], world.tasks()[0], world.issues()[0]];
  keys = {
    story: `userstories.userstory:${story?.id}`,
    task: `tasks.task:${task?.id}`,
    issue: `issues.issue:${issue?.id}`,
  };
});
afterAll(async () => {
  await kit.close();
  await server.close();
});
beforeEach(async () => {
  await world.loadElsewhere(server);
  before = await readAll(kit, world.now);
});

let serial = 0;
/** A row of history that Taiga did not write; values as SQL. */
async function insert(key: string, row: Readonly<Record<string, string>>): Promise<void> {
  serial += 1;
  const columns = {
    id: `'00000000-0000-11f0-8000-${String(serial).padStart(12, '0')}'`,
    key: `'${key}'`,
    created_at: "'2026-01-06T00:00:00Z'",
    type: '1',
    '"user"': `'{"pk": 1}'`,
    comment: "''",
    is_hidden: 'false',
    is_snapshot: 'false',
    project_id: String(world.project.id),
    ...row,
  };
  await server.query(
    `INSERT INTO history_historyentry (${Object.keys(columns).join(', ')}) VALUES (${Object.values(columns).join(', ')})`,
  );
}
const quality = async (): Promise<Table> =>
  Samples.of(await kit.families('data_quality', world.now)).table('taiga_data_quality_items', [
    'kind',
    'problem',
  ]);

const BAD_DIFFS: readonly (readonly [keyof typeof keys, string])[] = [
  ['story', '[1, 2]'],
  ['story', '"x"'],
  ['story', '5'],
  ['story', 'null'],
  ['story', '{"status": 5}'],
  ['story', '{"status": [1]}'],
  ['story', '{"status": [1, 2, 3]}'],
  ['story', '{"status": ["a", "b"]}'],
  ['story', '{"status": [1.5, 2]}'],
  ['story', '{"status": {"0": 1, "1": 2}}'],
  ['story', '{"status": [1, 99999999999999]}'],
  ['story', '{"milestone": "x"}'],
  ['story', '{"is_blocked": [0, 1]}'],
  ['story', '{"is_closed": ["true", "false"]}'],
  ['story', '{"finish_date": ["None", "2025-13-41 00:00:00+00:00"]}'],
  ['story', '{"finish_date": ["None", 5]}'],
  ['story', '{"points": [1, 2]}'],
  ['story', '{"points": [{"a": 1}, {"1": "x"}]}'],
  ['task', '{"user_story": ["x", 1]}'],
  ['issue', '{"ref": ["a", "b"]}'],
  ['issue', '{"type": [1, [2]]}'],
];

describe('rows of history that nobody can read', () => {
  it.each(BAD_DIFFS)('of a %s: %s', async (item, diff) => {
    await insert(keys[item], { diff: `'${diff}'` });
    expect(await readAll(kit, world.now)).toEqual(before);
    const kind = item === 'story' ? 'userstory' : item;
    expect((await quality())[`${kind} | corrupt_history`]).toBe(1);
  });

  it('without an object for a snapshot, without a time, without a type', async () => {
    await insert(keys.issue, { type: '2', snapshot: "'[]'", diff: 'NULL' });
    await insert(keys.issue, { type: '3', snapshot: `'"x"'` });
    await insert(keys.task, { created_at: 'NULL', diff: "'{}'" });
    await insert(keys.story, { type: 'NULL', diff: "'{}'" });
    expect(await readAll(kit, world.now)).toEqual(before);
    expect(await quality()).toMatchObject({
      'issue | corrupt_history': 1,
      'task | corrupt_history': 1,
      'userstory | corrupt_history': 1,
    });
  });

  it.each(['NULL', "'null'"])(
    'but a creation whose snapshot was not kept (%s) is only unrecorded',
    async (snapshot) => {
      const unrecorded = 'userstory | unrecorded_creation';
      const found = await quality();
      await server.query(
        `UPDATE history_historyentry SET snapshot = ${snapshot} WHERE type = 2 AND key = '${keys.story}'`,
      );
      const problems = await quality();
      expect(problems['userstory | corrupt_history']).toBeUndefined();
      expect(problems[unrecorded]).toBe((found[unrecorded] ?? 0) + 1);
      const moves = (of: Table): unknown =>
        Object.entries(of).filter(([name]) => name.includes('transitions_total'));
      const after = await readAll(kit, world.now);
      expect(moves(before)).not.toEqual([]);
      expect(moves(after)).toEqual(moves(before));
      expect(await startLiveReading(kit).read(world.now)).toEqual(after);
    },
  );

  it('of what is no item', async () => {
    for (const key of [
      'issues.issue:abc',
      'issues.issue:',
      'issues.issue:1:2',
      'userstories.userstory:99999999999999',
    ])
      await insert(key, { diff: `'{"status": [1, 2]}'` });
    await insert('x', { key: 'NULL', diff: `'{"status": [1, 2]}'` });
    expect(await readAll(kit, world.now)).toEqual(before);
    expect(await startLiveReading(kit).read(world.now)).toEqual(before);
  });

  it('all at once: neither gauges nor the service mind', async () => {
    for (const [item, diff] of BAD_DIFFS) await insert(keys[item], { diff: `'${diff}'` });
    expect(await readMismatches(kit, world.now)).toEqual([]);
    expect(await startLiveReading(kit).read(world.now)).toEqual(before);
    expect(await readPast(kit, ['2026-01-07T00:00:00Z', world.now])).toHaveLength(2);
  });
});

describe('rows of history that are odd', () => {
  it('ids that nothing has: counted as told, without names', async () => {
    await insert(keys.issue, {
      diff: `'{"status": [900001, 900002]}'`,
      created_at: `'${new Date(Date.parse(world.now) - 1).toISOString()}'`,
    });
    const after = Samples.of(
      (await Promise.all(['status_transitions'].map((name) => kit.families(name, world.now)))).flat(),
    );
    expect(after.table('taiga_status_transitions_total', ['kind', 'from', 'to'])).toMatchObject({
      'issue |  | ': 1,
    });
    expect((await quality())['issue | corrupt_history']).toBeUndefined();
  });

  it('a day that the calendar does not have', async () => {
    await insert(keys.story, { diff: `'{"finish_date": ["None", "2025-02-30 10:00:00+00:00"]}'` });
    expect(await readMismatches(kit, world.now)).toEqual([]);
    await readAll(kit, world.now);
  });

  it('no row of creation: items are born when their table says', async () => {
    const created = (table: Table): number =>
      Object.entries(table).reduce(
        (sum, [series, value]) => sum + (series.startsWith('taiga_items_created_total') ? value : 0),
        0,
      );
    await server.query(
      `DELETE FROM history_historyentry AS h WHERE type = 2 AND EXISTS (SELECT FROM issues_issue AS i WHERE h.key = 'issues.issue:' || i.id)`,
    );
    const after = await readAll(kit, world.now);
    expect(created(after)).toBe(created(before));
    for (const series of Object.keys(before).filter((each) =>
      /^taiga_items_(closed|reopened)_total/.test(each),
    ))
      expect([series, after[series]]).toEqual([series, before[series]]);
    expect((await quality())['issue | unrecorded_creation']).toBe(
      (await server.query('SELECT count(*)::int AS n FROM issues_issue'))[0]?.n,
    );
    expect(await readMismatches(kit, world.now)).toEqual([]);
  });

  it('several rows of one moment, in the order of their ids', async () => {
    await server.query(`DELETE FROM history_historyentry WHERE key = '${keys.issue}' AND type = 1`);
    const [a, b, c] = ['New', 'Ready for test', 'Closed'].map(
      (name) => world.status('projects_issuestatus', name).id,
    );
    for (const diff of [
      [a, b],
      [b, c],
      [c, b],
      [b, c],
    ])
      await insert(keys.issue, { diff: `'{"status": [${diff}]}'`, created_at: `'${world.now}'` });
    await server.query(
      `UPDATE issues_issue SET status_id = ${c}, finished_date = '${world.now}' WHERE 'issues.issue:' || id = '${keys.issue}'`,
    );
    const rows = await kit.eventRows('status_transitions', world.now, [keys.issue]);
    expect(rows.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual([
      'Closed → Ready for test',
      'New → Ready for test',
      'Ready for test → Closed',
      'Ready for test → Closed',
    ]);
    const lifecycle = await kit.eventRows('lifecycle', world.now, [keys.issue]);
    expect(lifecycle.filter(({ closed }) => closed === '1')).toHaveLength(2);
    expect(lifecycle.filter(({ reopened }) => reopened === '1')).toHaveLength(1);
    expect(await readMismatches(kit, world.now)).toEqual([]);
  });
});

describe('clocks that disagree', () => {
  it('rows a moment later than what they tell, as Taiga writes them, tell the same', async () => {
    const counts = (table: Table): Table =>
      Object.fromEntries(Object.entries(table).filter(([series]) => /_total|_count/.test(series)));
    await server.query(
      "UPDATE history_historyentry SET created_at = created_at + interval '150 milliseconds'",
    );
    const later = new Date(Date.parse(world.now) + 1000).toISOString();
    expect(counts(await readAll(kit, later))).toEqual(counts(before));
    expect(await readMismatches(kit, later)).toEqual([]);
  });

  it('rows of the future do not count yet, and are counted as such', async () => {
    await insert(keys.issue, {
      diff: "'{}'",
      comment: "'From tomorrow'",
      created_at: "'2031-01-01T00:00:00Z'",
    });
    await insert(keys.story, { diff: `'{"status": [1, 2]}'`, created_at: "'2031-01-01T00:00:00Z'" });
    expect(await readAll(kit, world.now)).toEqual(before);
    expect(await quality()).toMatchObject({ 'issue | future_history': 1, 'userstory | future_history': 1 });
  });
});
