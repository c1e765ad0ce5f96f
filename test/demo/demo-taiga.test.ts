import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoTaiga, startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { eventually } from '../support/eventually.js';
import { Past } from './past.js';

const now = new Date();
const messages: string[] = [];
let demo: DemoTaiga;
let client: pg.Client;

const connectTo = async (url: string, options: pg.ClientConfig = {}): Promise<pg.Client> => {
  const connected = new pg.Client({ connectionString: url, ...options });
  connected.on('error', () => {});
  await connected.connect();
  return connected;
};
const count = async (sql: string): Promise<number> =>
  Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${sql}`)).rows[0]?.count);

describe('a demo at rest', () => {
  beforeAll(async () => {
    demo = await startDemoTaiga({ seed: 1, now, onProgress: (message) => messages.push(message) });
    client = await connectTo(demo.url);
  });
  afterAll(async () => {
    await client.end();
    await demo.close();
  });

  it('holds what was simulated', async () => {
    const past = Past.of(1, now);
    for (const table of [
      'history_historyentry',
      'timeline_timeline',
      'userstories_userstory',
      'issues_issue',
    ] as const) {
      expect(await count(table)).toBe(past.rows(table).length);
    }
    const { rows } = await client.query<{ id: string }>(
      "SELECT id, diff, snapshot FROM history_historyentry WHERE key LIKE 'issues.issue:1%' ORDER BY id",
    );
    const expected = past
      .rows('history_historyentry')
      .filter((row) => row.key.startsWith('issues.issue:1'))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, diff, snapshot }) => ({ id, diff, snapshot }));
    expect(rows).toEqual(expected);
    expect(messages).toHaveLength(2);
  });

  it('leaves room in its sequences', async () => {
    const { rows } = await client.query(
      `SELECT nextval(pg_get_serial_sequence('timeline_timeline', 'id'))::int > (SELECT max(id) FROM timeline_timeline) AS free`,
    );
    expect(rows).toEqual([{ free: true }]);
  });

  it.each([
    ['a blocked story', 'userstories_userstory WHERE is_blocked AND NOT is_closed'],
    [
      'a blocked issue',
      'issues_issue i JOIN projects_issuestatus s ON s.id = status_id WHERE is_blocked AND NOT s.is_closed',
    ],
    ['an overdue story', 'userstories_userstory WHERE due_date < current_date AND NOT is_closed'],
    [
      'an overdue issue',
      'issues_issue i JOIN projects_issuestatus s ON s.id = status_id WHERE due_date < current_date AND NOT s.is_closed',
    ],
    [
      'an untriaged issue',
      `issues_issue i JOIN projects_issuestatus s ON s.id = status_id
      WHERE s.name = 'New' AND assigned_to_id IS NULL AND created_date < now() - interval '2 days'`,
    ],
    [
      'a stale story',
      `userstories_userstory u WHERE NOT is_closed AND now() - interval '14 days' >
      (SELECT max(created_at) FROM history_historyentry WHERE key = 'userstories.userstory:' || u.id)`,
    ],
    [
      'an old story in progress',
      `userstories_userstory u JOIN projects_userstorystatus s ON s.id = status_id
      WHERE s.name = 'In progress' AND NOT u.is_closed AND now() - interval '14 days' >
      (SELECT min(created_at) FROM history_historyentry WHERE key = 'userstories.userstory:' || u.id AND diff->'status'->>1 = s.id::text)`,
    ],
    [
      'an unestimated story',
      `userstories_userstory u WHERE NOT EXISTS (SELECT FROM userstories_rolepoints r
      JOIN projects_points p ON p.id = points_id WHERE user_story_id = u.id AND value IS NOT NULL)`,
    ],
    ['a past sprint', 'milestones_milestone WHERE estimated_finish < current_date AND closed'],
    [
      'a current sprint',
      'milestones_milestone WHERE current_date BETWEEN estimated_start AND estimated_finish',
    ],
    ['a future sprint', 'milestones_milestone WHERE estimated_start > current_date'],
    ['a limit', 'projects_swimlaneuserstorystatus WHERE wip_limit IS NOT NULL'],
    ['a task without a story', 'tasks_task WHERE user_story_id IS NULL'],
    ['an epic with stories', 'epics_relateduserstory'],
  ])('has %s', async (_what, from) => {
    expect(await count(from)).toBeGreaterThan(0);
  });
});

describe('a demo at work', () => {
  beforeAll(async () => {
    demo = await startDemoTaiga({ seed: 2, now, months: 1, paceMs: 4 });
    client = await connectTo(demo.url);
  });
  afterAll(() => demo?.close());

  it('goes on at the real time, and stays consistent', async () => {
    const before = await count('history_historyentry');
    await eventually(async () => expect(await count('history_historyentry')).toBeGreaterThan(before + 20));
    const state = await eventually(async () => {
      const { rows } = await client.query(
        `
      SELECT max(created_at) > now() - interval '20 seconds' AS fresh, max(created_at) <= clock_timestamp() AS real,
        (SELECT count(*) FROM history_historyentry h WHERE NOT is_hidden AND created_at > $1 AND NOT EXISTS (
           SELECT FROM timeline_timeline t WHERE t.created = h.created_at AND t.project_id = h.project_id))::int AS untold,
        (SELECT count(*) FROM userstories_userstory u WHERE is_closed <> (finish_date IS NOT NULL))::int AS undated
      FROM history_historyentry`,
        [now],
      );
      expect(rows[0]?.fresh).toBe(true);
      return rows[0];
    });
    expect(state).toEqual({ fresh: true, real: true, untold: 0, undated: 0 });
  });

  it('serves several clients, whose transactions it does not disturb', async () => {
    const pool = new pg.Pool({
      connectionString: demo.url,
      max: 4,
      statement_timeout: 5000,
      application_name: 'reader',
      options: '-c default_transaction_read_only=on -c lock_timeout=1000',
    });
    const before = await count('timeline_timeline');
    const read = async (reader: number): Promise<void> => {
      for (let round = 0; round < 15; round++) {
        const connection = await pool.connect();
        try {
          await connection.query('SET default_transaction_read_only = on');
          await connection.query('BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ');
          const seen = async (): Promise<unknown> =>
            (
              await connection.query('SELECT count(*), max(id), $1::int AS reader FROM timeline_timeline', [
                reader,
              ])
            ).rows;
          const first = await seen();
          await sleep(5);
          expect(await seen()).toEqual(first);
          expect(first).toMatchObject([{ reader }]);
          await connection.query('COMMIT');
          expect((await connection.query('SELECT $1::int AS reader', [reader])).rows).toEqual([{ reader }]);
          await sleep(3);
        } finally {
          connection.release();
        }
      }
    };
    await Promise.all([1, 2, 3, 4].map(read));
    await pool.end();
    await eventually(async () => expect(await count('timeline_timeline')).toBeGreaterThan(before));
  });

  it('goes on when a client dies with its transaction open', async () => {
    const doomed = await connectTo(demo.url);
    await doomed.query('BEGIN READ ONLY');
    await doomed.query('SELECT 1');
    const socket = (doomed as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
    socket.destroy();
    const before = await count('history_historyentry');
    await eventually(async () => expect(await count('history_historyentry')).toBeGreaterThan(before));
  });

  it('keeps the batches of its clients apart, even if they arrive in pieces', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => connectTo(demo.url)));
    const ask = async (asking: pg.Client, index: number): Promise<void> => {
      for (let round = 0; round < 12; round++) {
        const long = 'x'.repeat(300_000 + index);
        const { rows } = await asking.query(
          `SELECT $1::int AS round, length($2) AS length, ${index} AS index`,
          [round, long],
        );
        expect(rows).toEqual([{ round, length: long.length, index }]);
      }
    };
    await Promise.all(clients.map(ask));
    await Promise.all(clients.map((asking) => asking.end()));
  });

  it('frees its port when it is closed, whoever is connected', async () => {
    await client.query('BEGIN');
    await demo.close();
    const { hostname, port } = new URL(demo.url);
    const refused = await new Promise<string | undefined>((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.on('connect', () => resolve(undefined));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(refused).toBe('ECONNREFUSED');
  });
});
