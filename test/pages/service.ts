import pino from 'pino';
import { type Service, startService } from '../../src/main/service.js';
import { twoProjects } from '../reports/two-projects.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';

/** What somebody may have written into Taiga. */
export const HOSTILE_SUBJECTS = [
  '<script>document.title = "broken into"</script><img src=x onerror="document.title = \'broken into\'">',
  '"><svg onload="document.title = \'broken into\'">',
  '\u202eright to left\u202c \u2066isolated',
  'مرحبا بالعالم ‏(שלום)',
  'x'.repeat(10_000),
  'many words '.repeat(900),
  '🙂👩‍👩‍👧‍👦🏳️‍🌈 ж 完成 Z̷̢̛a̸l̵g̶o̷',
  '=cmd()|"x"!A1',
  'javascript:alert(1)',
] as const;

const DAY = 'from=2026-03-02&to=2026-03-15';
export const REPORTS = ['bugs', 'flow', 'flow_of_the_day', 'hygiene', 'portfolio', 'sprint', 'week'] as const;

/** Every kind of page that the service has. */
export const PAGES: readonly string[] = [
  '/',
  '/reports',
  ...REPORTS.map((name) => `/reports/${name}?project=shop&${DAY}`),
  '/reports/item?project=shop&ref=1',
  `/reports/week?${DAY}`,
  '/reports/week?period=last+wek',
  '/reports/weak',
  '/reports/trends?project=shop',
  '/status',
  '/collectors',
  '/runbooks',
  '/runbooks/BugflowDatabaseDown',
  '/runbooks/None',
];

const OWN = `report: trends
title: Trends
description: What they look like.
sections:
  - section: rows
    title: Rows
    show: table
    columns:
      what: { title: What }
      trend: { title: Trend, unit: trend }
    sql: |
      SELECT * FROM (VALUES ('up', ARRAY[1, 2, 4]), ('a gap', ARRAY[4, NULL, 1, 1]), ('nothing', NULL)) AS v (what, trend)
`;

export interface Served {
  readonly address: string;
  /** Runs SQL in Taiga's database. */
  query(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A service with three projects, of which one has what nobody should have written. */
export async function serveProjects(): Promise<Served> {
  const server: TestPostgres = await startEitherPostgres();
  const folder: Folder = createFolder();
  let service: Service | undefined;
  const close = async (): Promise<void> => {
    await service?.close();
    folder.remove();
    await server.close();
  };
  try {
    const made = twoProjects();
    const statuses = { userstory: ['New', 'In progress', 'Done*'], issue: ['New', 'In progress', 'Done*'] };
    const other = made.addProject('a-project-with-quite-a-long-name-as-taiga-makes-them', { statuses });
    for (const [i, subject] of HOSTILE_SUBJECTS.entries())
      other.addIssue({
        ref: 100 + i,
        subject,
        blocked: true,
        moves: [
          [9 + i, 'New'],
          [2.3, 'In progress'],
        ],
      });
    await made.load(server);
    folder.write('own/trends.yaml', OWN);
    const text = `taiga_url: https://taiga.example.org
report_files: [own/*.yaml]
database: { allow_superuser: true }
`;
    service = await startService({
      source: { file: folder.write('bugflow.yaml', text), env: { TAIGA_DATABASE_URL: server.url } },
      log: pino({ level: 'silent' }),
      version: '1.2.3',
      port: 0,
    });
    const { address } = service;
    await eventually(async () => {
      const answer = await fetch(`${address}/reports/week`, { headers: { prefer: 'wait=600' } });
      if (answer.status !== 200) throw new Error(`${answer.status}`);
    });
    return { address, query: (sql) => server.query(sql), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What was measured in the page by `measure.js`. */
export interface Measured {
  readonly layoutProblems: readonly string[];
  readonly smallTargets: readonly string[];
}
