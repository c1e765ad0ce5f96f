import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { type Kit, openKit } from '../support/kit.js';
import { fallen, type LiveReading, readAll, startLiveReading } from '../support/live-reading.js';
import { describeOnPostgres, hasPostgres, startPostgres, type TestPostgres } from '../support/postgres.js';
import type { Table } from '../support/samples.js';
import { TeamWorld } from '../support/team-world.js';

const HOUR_MS = 3_600_000;
/** Rows of history that fill several hundred blocks, all of one thing that no shipped collector counts. */
const FILLING = `
  INSERT INTO history_historyentry (id, key, created_at, type, diff, comment, project_id, is_hidden, is_snapshot)
  SELECT 'filling-' || n, 'wiki.wikipage:1', '2026-01-05', 1, '{}',
    (SELECT string_agg(md5(n || ' ' || i), '') FROM generate_series(1, 50) AS i), 1, false, false
  FROM generate_series(1, 2000) AS n`;

/** A world, a service that has read it, and its database's statements on history. */
class Scene {
  readonly world = new TeamWorld(71);
  readonly sweeps: string[] = [];
  nowMs = 0;
  live!: LiveReading;
  before!: Table;
  issue = 0;
  #serial = 0;

  readonly server: TestPostgres;
  readonly kit: Kit;

  constructor(server: TestPostgres, kit: Kit) {
    this.server = server;
    this.kit = kit;
  }

  async begin(filling = ''): Promise<void> {
    for (let i = 0; i < 10; i++) this.world.anything();
    this.issue = this.world.addIssue().id;
    await this.world.load(this.server);
    if (filling) await this.server.query(filling);
    const { database } = this.kit;
    const watched: Database = {
      ...database,
      read: (query, onBatch) => {
        if (query.text.includes('history_historyentry WHERE true')) this.sweeps.push(query.text);
        return database.read(query, onBatch);
      },
    };
    this.live = startLiveReading(this.kit, watched, () => this.nowMs);
    this.before = await this.live.read(this.world.now);
    for (let i = 0; i < 3; i++) await this.live.read(this.world.now);
  }

  /** A row that comes alone, long after its item; resolves to the block of the table that it went to. */
  async addRow(): Promise<number> {
    this.#serial += 1;
    const id = `late-${this.#serial}`;
    await this.server.query(
      `INSERT INTO history_historyentry (id, key, created_at, type, diff, comment, project_id, is_hidden, is_snapshot)
       VALUES ('${id}', 'issues.issue:${this.issue}', '${this.world.now}', 1, '{}', 'Late', ${this.world.project.id}, false, false)`,
    );
    const [row] = await this.server.query(
      `SELECT (ctid::text::point)[0] AS block FROM history_historyentry WHERE id = '${id}'`,
    );
    return Number(row?.block);
  }

  async blocks(): Promise<number> {
    const [row] = await this.server.query("SELECT pg_relation_size('history_historyentry') / 8192 AS blocks");
    return Number(row?.blocks);
  }

  /** What the service shows is what one would show that has just started. */
  async cycle(): Promise<Table> {
    const after = await this.live.read(this.world.now);
    expect(fallen(this.before, after)).toEqual([]);
    expect(after).toEqual(await readAll(this.kit, this.world.now));
    return after;
  }

  comments(table: Table): number {
    return table['taiga_comments_total{project="shop",kind="issue"}'] ?? 0;
  }
}

/** Makes room in the first blocks of the table. */
const MAKE_ROOM = [
  `DELETE FROM history_historyentry WHERE id ~ '^filling-([0-9]|1[0-9])$'`,
  'VACUUM history_historyentry',
];

describeOnPostgres('history that comes long after its item, and no timeline tells', (server) => {
  let kit: Kit;
  let scene: Scene;
  beforeEach(async () => {
    kit = await openKit(server().url);
    scene = new Scene(server(), kit);
  });
  afterEach(async () => {
    await scene.world.close();
    await kit.close();
  });

  it('is counted at the next cycle, and once', async () => {
    await scene.begin();
    const before = scene.comments(scene.before);
    await scene.addRow();
    expect(scene.comments(await scene.cycle())).toBe(before + 1);
    await scene.cycle();
    await scene.cycle();
    expect(scene.live.itemsRead()).toBe(0);
    await scene.addRow();
    await scene.addRow();
    expect(scene.comments(await scene.cycle())).toBe(before + 3);
  });

  it('is counted within the hour where it went to an old block, or an old row was changed', async () => {
    await scene.begin(FILLING);
    const before = scene.comments(scene.before);
    for (const statement of MAKE_ROOM) await server().query(statement);
    expect(await scene.addRow()).toBeLessThan((await scene.blocks()) - 128);
    await server().query(
      `UPDATE history_historyentry SET comment = 'Edited' WHERE key = 'issues.issue:${scene.issue}' AND type = 2`,
    );
    await scene.live.read(scene.world.now);
    scene.nowMs += HOUR_MS;
    expect(scene.comments(await scene.cycle())).toBeGreaterThan(before);
    await scene.live.read(scene.world.now);
    await scene.live.read(scene.world.now);
    expect(scene.live.itemsRead()).toBe(0);
  });

  it('costs no look at all of history while nothing comes', async () => {
    await scene.begin(FILLING);
    scene.sweeps.length = 0;
    for (let i = 0; i < 5; i++) {
      scene.nowMs += HOUR_MS / 10;
      await scene.live.read(scene.world.now);
    }
    expect(scene.sweeps).toEqual([]);
    scene.nowMs += HOUR_MS;
    await scene.live.read(scene.world.now);
    expect(scene.sweeps).toHaveLength(1);
  });
});

describe.skipIf(!hasPostgres)('history in old blocks (skipped without PostgreSQL on the machine)', () => {
  it('is counted at the next cycle, because the server has counted it', async () => {
    const server = await startPostgres();
    const kit = await openKit(server.url);
    const scene = new Scene(server, kit);
    try {
      await scene.begin(FILLING);
      const before = scene.comments(scene.before);
      for (const statement of MAKE_ROOM) await server.query(statement);
      await scene.cycle();
      scene.sweeps.length = 0;
      expect(await scene.addRow()).toBeLessThan((await scene.blocks()) - 128);
      expect(scene.comments(await scene.cycle())).toBe(before + 1);
      // Where an item changed with it, its key leads there: nothing else need be looked at.
      scene.sweeps.length = 0;
      await scene.addRow();
      await server.query(`UPDATE issues_issue SET version = version + 1 WHERE id = ${scene.issue}`);
      expect(scene.comments(await scene.cycle())).toBe(before + 2);
      expect(scene.sweeps).toEqual([]);
    } finally {
      await scene.world.close();
      await kit.close();
      await server.close();
    }
  });
});
