import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bugflow, createFolder, type Folder } from '../support/bugflow.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { twoProjects } from './two-projects.js';

let server: TestPostgres;
let folder: Folder;

beforeAll(async () => {
  server = await startEitherPostgres();
  folder = createFolder();
  await twoProjects().load(server);
});
afterAll(async () => {
  folder.remove();
  await server.close();
});

async function report(...args: string[]) {
  return bugflow(['report', 'flow_of_the_day', ...args], { TAIGA_DATABASE_URL: server.url });
}

it('writes the three files: what was asked for, what moved, and which items', async () => {
  const out = join(dirname(folder.write('daily/old.txt', '')), 'new');
  const { status, stderr } = await report(
    '--project',
    'shop',
    '--from',
    '2026-03-13',
    '--to',
    '2026-03-13',
    '--format',
    'csv',
    '--out',
    out,
  );
  expect([status, stderr]).toEqual([0, '']);
  const read = (name: string): string => readFileSync(join(out, name), 'utf8');
  expect(read('report_parameters.txt')).toContain('projects: shop\nperiod: 2026-03-13\n');
  expect(read('flow_summary.csv')).toBe(
    '\ufefftransition,count,unsized,story_points\r\ndeveloped,2,1,0\r\nstarted,1,1,0\r\n',
  );
  const [, ...details] = read('flow_details.csv').trimEnd().split('\r\n');
  expect(details.map((line) => line.split(',').slice(1).join(','))).toEqual([
    'developed,shop,issue,2,issue 2,In progress,Ready for test,',
    `started,shop,userstory,1,"'=cmd()|""x""",New,In progress,`,
    `developed,shop,userstory,1,"'=cmd()|""x""",In progress,Ready for test,`,
  ]);
});

it('prints all projects where none is named', async () => {
  const { status, stdout } = await report('--from', '2026-03-13', '--to', '2026-03-14');
  expect(status).toBe(0);
  expect(stdout).toContain('# Flow of the day\n\nlanes, shop – 2026-03-13 to 2026-03-14\n');
  expect(stdout).toMatch(/\| skipped \| lanes \| issue \| 2 \| issue 2 \| New \| Done \|/);
  expect(stdout).toMatch(/\| delivered \| shop \| issue \| 2 \| issue 2 \| Ready for test \| Done \|/);
});

it.each([
  [['--project', 'shpo'], 1, 'there is no project "shpo"; there are lanes, shop'],
  [['--period', 'last wek'], 1, 'there is no period "last wek"; known are today'],
  [['--period', 'today', '--from', '2026-03-13'], 2, "cannot be used with option '--period"],
  [['--format', 'docx'], 2, 'Allowed choices are md, html, csv, json, pdf, png'],
  [
    ['--section', 'flow_summary'],
    1,
    'md is always the whole report; one section can be written as csv or png',
  ],
  [
    ['--format', 'png', '--section', 'flow'],
    1,
    'the report flow_of_the_day has no section "flow"; it has flow_summary, flow_details',
  ],
])('refuses %j', async (args, expected, message) => {
  const { status, stderr } = await report(...args);
  expect([status, stderr]).toEqual([expected, expect.stringContaining(message)]);
});

it('writes files for people who do not open spreadsheets, and one section alone', async () => {
  const out = join(dirname(folder.write('files/old.txt', '')), 'new');
  const day = ['--project', 'shop', '--from', '2026-03-13', '--to', '2026-03-13', '--out', out];
  for (const format of [
    ['pdf'],
    ['png', '--section', 'flow_details'],
    ['csv', '--section', 'flow_summary'],
  ]) {
    const { status, stderr } = await report(...day, '--format', ...format);
    expect([status, stderr]).toEqual([0, '']);
  }
  const begin = (name: string): string => readFileSync(join(out, name)).toString('latin1', 0, 5);
  expect(begin('flow_of_the_day.pdf')).toBe('%PDF-');
  expect(begin('flow_of_the_day_flow_details.png')).toContain('PNG');
  expect(readFileSync(join(out, 'flow_of_the_day_flow_summary.csv'), 'utf8')).toContain('developed,2,1,0');
  expect(readdirSync(out)).toHaveLength(3);
});

it('prints the bytes of a PDF where no terminal would show them', async () => {
  const { status, stdout } = await report('--from', '2026-03-13', '--format', 'pdf');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^%PDF-[\s\S]*%%EOF\s*$/);
});

it('says what reports there are', async () => {
  const { status, stderr } = await bugflow(['report', 'flaw'], {
    TAIGA_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
  });
  expect([status, stderr]).toEqual([
    1,
    expect.stringContaining(
      'there is no report "flaw"; known are bugs, flow, flow_of_the_day, hygiene, item, portfolio, sprint, week',
    ),
  ]);
});

it('leaves no folder behind where a file cannot be written', async () => {
  const out = folder.write('in-the-way', '');
  const { status, stderr } = await report('--format', 'json', '--out', out);
  expect([status, stderr]).toEqual([1, expect.stringContaining(`cannot write to ${out}`)]);
  expect(existsSync(join(out, 'flow_of_the_day.json'))).toBe(false);
});
