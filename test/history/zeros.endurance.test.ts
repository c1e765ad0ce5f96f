import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOnce } from '../../src/collectors/reading.js';
import { type Kit, openKit } from '../support/kit.js';
import { readAll, startLiveReading } from '../support/live-reading.js';
import { describeOnPostgres } from '../support/postgres.js';
import { flatten, type Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';
import { readCounters, readPast } from '../support/telling.js';
import { errorOf } from '../unit/helpers.js';

const KINDS = ['epic', 'userstory', 'task', 'issue'];
const HOUR_MS = 3_600_000;

/** 8 counters, and 3 histograms of 13 buckets, +Inf, sum and count, by kind; closed points and first responses once. */
const LINES = 4 * (8 + 3 * 16) + 1 + 16;

describeOnPostgres('counters that are known before anything happens', (server) => {
  let kit: Kit;
  let world: TeamWorld;

  beforeEach(async () => {
    kit = await openKit(server().url);
    world = new TeamWorld(51);
    world.addIssue();
    await world.load(server());
  });
  afterEach(async () => {
    await world.close();
    await kit.close();
  });

  /** A project in which nothing has happened yet. */
  const addProject = async (slug: string, createdAt: string): Promise<void> => {
    await server().query(
      `INSERT INTO projects_project
       SELECT (jsonb_populate_record(p, jsonb_build_object(
         'id', (SELECT max(id) + 1 FROM projects_project), 'slug', '${slug}', 'name', '${slug}', 'created_date', '${createdAt}'
       ) || (
         -- Each default belongs to one project.
         SELECT jsonb_object_agg(column_name, NULL::text) FROM information_schema.columns
         WHERE table_name = 'projects_project' AND column_name LIKE 'default\\_%\\_id'
       ))).*
       FROM projects_project AS p WHERE id = ${world.project.id}`,
    );
  };
  const of = (table: Table, project: string): Table =>
    Object.fromEntries(Object.entries(table).filter(([line]) => line.includes(`project="${project}"`)));
  const counters = [
    ...['created', 'started', 'closed', 'reopened', 'deleted', 'discarded', 'within_sle'].map(
      (name) => `taiga_items_${name}_total`,
    ),
    'taiga_comments_total',
  ];
  const histograms = [
    'taiga_lead_time_seconds',
    'taiga_cycle_time_seconds',
    'taiga_blocked_duration_seconds',
  ];

  it('are 0 for each kind in a project that is new', async () => {
    await addProject('fresh', world.now);
    const found = of(await readAll(kit, world.now), 'fresh');
    for (const kind of KINDS) {
      for (const name of counters) expect(found[`${name}{project="fresh",kind="${kind}"}`]).toBe(0);
      for (const name of histograms)
        for (const line of ['sum', 'count'])
          expect(found[`${name}_${line}{project="fresh",kind="${kind}"}`]).toBe(0);
    }
    expect(found['taiga_first_response_seconds_count{project="fresh"}']).toBe(0);
    expect(found['taiga_lead_time_seconds_bucket{project="fresh",kind="task",le="+Inf"}']).toBe(0);
    expect(new Set(Object.values(found))).toEqual(new Set([0]));
    expect(Object.keys(found)).toHaveLength(LINES);
  });

  it('are not there before the project is', async () => {
    await addProject('later', new Date(Date.parse(world.now) + HOUR_MS).toISOString());
    expect(of(await readAll(kit, world.now), 'later')).toEqual({});
  });

  it('are read again with the first change, and not while nothing happens', async () => {
    const read: string[] = [];
    const live = startLiveReading({
      ...kit,
      reader: {
        ...kit.reader,
        read(readable, ...rest) {
          read.push(readable.frame ?? 'rows');
          return kit.reader.read(readable, ...rest);
        },
      },
    });
    const zeros = (): number => read.filter((frame) => frame === 'zeros').length;
    await live.read(world.now);
    expect(zeros()).toBe(3);
    await live.read(world.now);
    expect(zeros()).toBe(3);
    await addProject('fresh', world.now);
    world.addIssue();
    await world.write();
    const found = await live.read(world.now);
    expect(zeros()).toBe(6);
    expect(found).toEqual(await readAll(kit, world.now));
    expect(Object.keys(of(found, 'fresh')).length).toBeGreaterThan(200);
  });

  it('are 0 over the past from the creation of the project on, and end as the present is', async () => {
    const createdAt = Date.parse(world.now) - 2 * HOUR_MS;
    await addProject('fresh', new Date(createdAt).toISOString());
    const moments = [createdAt - 1, createdAt, Date.parse(world.now)].map((at) => new Date(at).toISOString());
    const [before, after, end] = await readPast(kit, moments);
    const known = (lines: Table | undefined): number =>
      Object.entries(lines ?? {}).filter(([line, value]) => line.includes('"fresh"') && value === 0).length;
    const present = (await readCounters(kit, world.now)).lines();
    const nameOf = (line: string): string => line.slice(0, line.indexOf('['));
    const names = new Set(Object.keys(present).map(nameOf));
    const linesOf = (samples: typeof before): Table =>
      samples?.lines((line) => names.has(nameOf(line))) ?? {};
    expect(known(linesOf(before))).toBe(0);
    expect(known(linesOf(after))).toBe(LINES);
    expect(linesOf(end)).toEqual(present);
  });

  it('name series of some metric, and since when', async () => {
    const blocked = kit.collector('blocked_durations');
    const zeros = (text: string) => ({ text, file: '/etc/bugflow/own.yaml', line: 30 });
    const read = async (text: string): Promise<Table> => {
      const definition = { ...blocked, zeros: zeros(text) };
      return flatten((await readOnce(kit.reader, definition, kit.values(world.now))).families);
    };
    const noLabels = await errorOf(read('SELECT created_at AS at, project FROM project'));
    expect(noLabels.code).toBe('COLLECTOR_COLUMN_MISSING');
    expect(noLabels.message).toBe(
      '/etc/bugflow/own.yaml:30: collector "blocked_durations": `zeros` must return all labels of at least one metric (it returns at, project)',
    );
    const noTime = await errorOf(read("SELECT project,\n 'task' AS kind\nFROM project"));
    expect(noTime.message).toMatch(
      /^\/etc\/bugflow\/own\.yaml:32: collector "\w+": SQL: column "at" does not exist/,
    );
  });
});
