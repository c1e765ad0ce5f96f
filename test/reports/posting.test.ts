import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadInstallation } from '../../src/main/installation.js';
import { postReports } from '../../src/main/post-reports.js';
import { startService } from '../../src/main/service.js';
import { type SlackServer, startSlackFor } from '../alerting/slack-server.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { type BlockMessage, readBlocks, seen } from './slack-blocks.js';
import { twoProjects } from './two-projects.js';

let server: TestPostgres;
let folder: Folder;
let slack: SlackServer<BlockMessage>;

beforeAll(async () => {
  server = await startEitherPostgres();
  await twoProjects().load(server);
  folder = createFolder();
  slack = await startSlackFor(readBlocks);
  folder.write('token', `${slack.token}\n`);
});
afterAll(async () => {
  await slack?.close();
  folder?.remove();
  await server?.close();
});

const configOf = (schedule: string, attach: string): string => `taiga_url: https://taiga.example.org
external_urls: { exporter: https://bugflow.example.org }
database: { allow_superuser: true }
log_level: silent
state_file: state.db
slack: { bot_token_file: token, api_url: "${slack.url}/api" }
report_files: [own.yaml]
reports:
  - { report: friday, schedule: "${schedule}", channel: "#team", attach: ${attach}, only_when: { section: moves } }
  - { report: friday, projects: [lanes], schedule: "${schedule}", channel: "#lanes", only_when: { section: moves, column: n, above: 1 } }
`;
/** What moved on Friday, whenever it is asked for. */
const OWN = `report: friday
title: Friday
description: What moved.
period: last 9999 days
sections:
  - section: moves
    title: Moves
    show: items
    relations: [transition, item]
    columns:
      project: { title: Project }
      kind: { title: Kind }
      ref: { title: "#" }
      subject: { title: Subject }
      n: { title: Moves, unit: items }
    sql: |
      SELECT t.project, t.kind, i.ref, i.subject, count(*) AS n
      FROM transition AS t
      JOIN item AS i ON i.history_key = t.key
      WHERE t.project = ANY (:projects) AND t.at >= :from AND t.at < :to
      GROUP BY t.project, t.kind, i.ref, i.subject
      ORDER BY t.project, t.kind DESC, i.ref
`;
const SEEN = `*Moves*
• lanes · issue · [#2](https://taiga.example.org/project/lanes/issue/2) · issue 2 · Moves 1
• shop · userstory · [#1](https://taiga.example.org/project/shop/us/1) · =cmd()|"x" · Moves 2
• shop · issue · [#2](https://taiga.example.org/project/shop/issue/2) · issue 2 · Moves 2
[Show all](https://bugflow.example.org/reports/friday?from=`;

const source = (schedule: string, attach = 'none') => {
  folder.write('own.yaml', OWN);
  return {
    file: folder.write('bugflow.yaml', configOf(schedule, attach)),
    env: { TAIGA_DATABASE_URL: server.url },
  };
};

describe('reports on a schedule', () => {
  it('are posted by the service when they have something to tell', async () => {
    const service = await startService({
      source: source('* * * * * *'),
      log: pino({ level: 'silent' }),
      version: '1.2.3',
      port: 0,
    });
    try {
      await eventually(() => expect(slack.accepted().length).toBeGreaterThan(1));
    } finally {
      await service.close();
    }
    expect(slack.posts.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(slack.posts.map(({ to }) => to))).toEqual(new Set(['#team']));
    const [first] = slack.accepted();
    expect(first && seen(first.message)).toContain(SEEN);
    const count = slack.posts.length;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(slack.posts.length).toBe(count);
  });

  it('are sent at once, or only printed, by the command', async () => {
    const installation = await loadInstallation(source('0 9 * * mon', 'pdf'));
    const before = slack.posts.length;
    const printed: string[] = [];
    const options = { reports: [], now: new Date(), warn: (text: string) => printed.push(text) };
    const write = (text: string): void => void printed.push(text);
    await postReports(installation, { ...options, isDryRun: true, write });
    expect(printed[0]).toBe('friday of all projects into #team at 0 9 * * mon: would post\n');
    expect(JSON.parse(printed[1] ?? '').blocks[0].text.text).toBe('Friday');
    expect(printed[2]).toMatch(/^would attach friday-\d{4}-\d\d-\d\d\.pdf, [1-9]\d+ bytes\n$/);
    expect(printed[3]).toBe('friday of lanes into #lanes at 0 9 * * mon: nothing to tell\n');
    expect(slack.posts.length).toBe(before);
    await postReports(installation, { ...options, isDryRun: false, write });
    expect(slack.posts.length).toBe(before + 1);
    expect(slack.uploads.flatMap(({ problems }) => problems)).toEqual([]);
    expect(slack.files.map(({ name, bytes }) => [name.slice(0, 7), bytes.toString('latin1', 0, 5)])).toEqual([
      ['friday-', '%PDF-'],
    ]);
  });

  it('are part of the command line', async () => {
    const { file, env } = source('0 9 * * mon');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts', '-c', file, 'post-reports', '--dry-run', 'friday'],
      { env: { ...process.env, ...env } },
    );
    expect(stdout).toContain('would post');
    expect(stdout).toContain('issue 2');
    expect(stdout).not.toContain(slack.token);
  });
});
