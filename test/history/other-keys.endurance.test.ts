import { afterEach, beforeEach, expect, it } from 'vitest';
import { check } from '../../src/main/check.js';
import { collect } from '../../src/main/collect.js';
import { loadInstallation } from '../../src/main/installation.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { type Kit, openKit } from '../support/kit.js';
import { type LiveReading, readAll, startLiveReading } from '../support/live-reading.js';
import { describeOnPostgres } from '../support/postgres.js';
import type { Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';

/** Counts whatever history knows, by kind; its SQL begins on line 9. */
const ENTRIES = `collector: entries
description: Rows of history.
metrics:
  - name: entries_total
    type: counter
    help: Rows of history.
    labels: [model]
events: |
  SELECT key, created_at AS at, split_part(key, ':', 1) AS model
  FROM history_historyentry
  WHERE (:keys IS NULL OR key = ANY (:keys)) AND created_at <= :now
`;

describeOnPostgres('events of what is no item', (server) => {
  let kit: Kit;
  let world: TeamWorld;
  let folder: Folder;
  let file: string;
  let serial = 0;

  const entriesOf = (table: Table): Table =>
    Object.fromEntries(Object.entries(table).filter(([series]) => series.startsWith('entries_total')));
  const change = async (key: string): Promise<void> => {
    serial += 1;
    await server().query(
      `INSERT INTO history_historyentry (id, key, created_at, type, diff, comment, project_id, is_hidden, is_snapshot)
       VALUES ('other-${serial}', '${key}', '${world.now}', 1, '{}', '', ${world.project.id}, false, false)`,
    );
  };
  const addPage = (): Promise<unknown> =>
    server().query(
      `INSERT INTO wiki_wikipage (id, version, slug, content, created_date, modified_date, project_id)
       VALUES (1, 1, 'home', 'Home', '${world.now}', '${world.now}', ${world.project.id})`,
    );
  /** The same number everywhere. */
  const agree = async (live: LiveReading): Promise<Table> => {
    const entries = entriesOf(await live.read(world.now));
    expect(entries).toEqual(entriesOf(await readAll(kit, world.now)));
    expect(entries).toEqual(entriesOf(await startLiveReading(kit).read(world.now)));
    return entries;
  };

  beforeEach(async () => {
    world = new TeamWorld(51);
    for (let i = 0; i < 5; i++) world.anything();
    await world.load(server());
    folder = createFolder();
    const own = folder.write('entries.yaml', ENTRIES);
    const text = `collectors: [${own}]\ndatabase: { url: "${server().url}", allow_superuser: true }\n`;
    file = folder.write('bugflow.yaml', text);
    kit = await openKit(server().url, text.replace(/url: .*?, /, ''));
  });
  afterEach(async () => {
    await world.close();
    await kit.close();
    folder.remove();
  });

  it('are counted by the service as by a single reading, from the start on and when they change', async () => {
    await addPage();
    await change('wiki.wikipage:1');
    // A page that is gone.
    await change('wiki.wikipage:2');
    await change('epics.relateduserstory:7');
    await change(`projects.project:${world.project.id}`);
    const live = startLiveReading(kit);
    expect(await agree(live)).toMatchObject({
      'entries_total{model="wiki.wikipage"}': 2,
      'entries_total{model="milestones.milestone"}': 3,
      'entries_total{model="epics.relateduserstory"}': 1,
      'entries_total{model="projects.project"}': expect.any(Number),
    });
    await live.read(world.now);
    await live.read(world.now);
    expect(live.itemsRead()).toBe(0);

    const [sprint] = world.sprints;
    await change('wiki.wikipage:1');
    await change(`milestones.milestone:${sprint?.id}`);
    await server().query(
      `UPDATE wiki_wikipage SET version = 2; UPDATE milestones_milestone SET closed = closed`,
    );
    expect(await agree(live)).toMatchObject({
      'entries_total{model="wiki.wikipage"}': 3,
      'entries_total{model="milestones.milestone"}': 4,
    });
  });

  it('cost nothing when only the figures of a project were counted anew', async () => {
    const live = startLiveReading(kit);
    await live.read(world.now);
    await server().query('UPDATE projects_project SET total_activity = total_activity + 1');
    await live.read(world.now);
    expect(live.itemsRead()).toBe(0);
  });

  it('need no table that this Taiga does not have', async () => {
    await change('wiki.wikipage:1');
    await server().query('DROP TABLE wiki_wikipage');
    const live = startLiveReading(kit);
    expect(await agree(live)).toMatchObject({ 'entries_total{model="wiki.wikipage"}': 1 });
    world.addIssue();
    await world.write();
    await agree(live);
  });

  it.each(["'timeline.entry:' || 1", 'NULL::text', "'issues.issue:x'"])(
    'are refused everywhere when their key is none of Taiga’s: %s',
    async (key) => {
      const own = folder.write(
        'entries.yaml',
        `${ENTRIES.replace('SELECT key, created_at', `SELECT ${key}, created_at`).replace(
          'SELECT',
          'SELECT * FROM (SELECT',
        )}  ) AS e (key, at, model)\n  WHERE :keys IS NULL OR key = ANY (:keys)\n`,
      );
      const message =
        /entries\.yaml:9: collector "entries": the key "[^"]*" is not one of Taiga's history keys; write it like issues\.issue:42/;
      const loaded = await loadInstallation({ file, env: {} });
      const { library } = loaded;
      const installation = {
        ...loaded,
        library: { ...library, collectors: library.collectors.filter(({ name }) => name === 'entries') },
      };
      const warnings: string[] = [];
      const options = { names: [], now: new Date(), format: 'text', write: () => undefined } as const;
      await collect(installation, { ...options, warn: (text) => warnings.push(text) });
      expect(warnings.join()).toMatch(message);
      const lines: string[] = [];
      expect(await check(installation, { now: new Date(), print: (line) => lines.push(line) })).toBe(false);
      expect(lines.join('\n')).toMatch(message);
      const text = `collectors: [${own}]\ndatabase: { allow_superuser: true }\n`;
      const served = await openKit(server().url, text);
      await expect(startLiveReading(served).read(world.now)).rejects.toThrow(message);
      await served.close();
    },
  );
});
