import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Service, startService } from '../../src/main/service.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { twoProjects } from './two-projects.js';

const DAY = 'from=2026-03-13&to=2026-03-13';

const CONFIG = `taiga_url: https://taiga.example.org
report_files: [own/*.yaml]
database: { allow_superuser: true }
`;
const OWN = `report: projects_there_are
title: Projects there are
description: Of those that were chosen.
sections:
  - section: numbers
    title: Now
    show: numbers
    relations: [project]
    columns: { projects: { title: Projects, unit: items } }
    sql: SELECT count(*) AS projects FROM project WHERE project = ANY (:projects)
  - section: broken
    title: Broken
    show: table
    columns: { nothing: { title: Nothing } }
    sql: SELECT 1 / (CASE WHEN 'shop' = ANY (:projects) THEN 0 ELSE 1 END) AS nothing
`;

const WRONG = `report: wrong_column
title: Wrong column
description: Shows what its SQL does not return.
sections:
  - { section: right, title: Right, show: table, columns: { n: { title: N } }, sql: SELECT 1 AS n }
  - { section: wrong, title: Wrong, show: table, columns: { m: { title: M } }, sql: "SELECT 1 AS n, 2 AS k" }
`;

const SLOW = `report: slow
title: Slow
description: Takes some seconds.
sections:
  - section: all
    title: All
    show: table
    columns: { word: { title: Word } }
    sql: SELECT pg_sleep(2.5), CASE WHEN 'shop' = ANY (:projects) THEN 'done' ELSE (1 / (SELECT 0))::text END AS word
`;

let server: TestPostgres;
let folder: Folder;
let service: Service;

beforeAll(async () => {
  server = await startEitherPostgres();
  await twoProjects().load(server);
  folder = createFolder();
  folder.write('own/projects.yaml', OWN);
  folder.write('own/wrong.yaml', WRONG);
  folder.write('own/slow.yaml', SLOW);
  service = await startService({
    source: {
      file: folder.write('bugflow.yaml', CONFIG),
      env: { TAIGA_DATABASE_URL: server.url },
    },
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    port: 0,
  });
  await eventually(async () => expect((await get('flow_of_the_day')).status).not.toBe(503));
});
afterAll(async () => {
  await service?.close();
  folder?.remove();
  await server?.close();
});

/** Waits for the right status, however busy the machine is. */
async function get(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${service.address}/reports/${path}`, { headers: { prefer: 'wait=300' } });
  return { status: answer.status, text: await answer.text() };
}

it('lists the reports', async () => {
  const { status, text } = await get('');
  expect(status).toBe(404);
  const list = await (await fetch(`${service.address}/reports`)).text();
  expect(text).toContain('href="/reports"');
  for (const name of ['flow', 'flow_of_the_day', 'item', 'week'])
    expect(list).toContain(`href="/reports/${name}"`);
});

it('begins with all projects, and leads from their numbers to what is behind them', async () => {
  const text = await (await fetch(`${service.address}/`)).text();
  expect(text).toContain('<h1>Projects</h1>');
  expect(text).toMatch(/<a href="\/reports\/flow\?project=shop&#38;from=[^"#]+&#38;to=[^"#]+">shop<\/a>/);
  expect(text).toMatch(/<a href="\/reports\/week\?project=lanes&#38;[^"]+#blocked">0<\/a>/);
  expect(text).toContain('<a href="/reports/portfolio">another period</a>');
  const [, href = ''] = /<a href="(\/reports\/week\?project=shop[^"]+)#oldest">/.exec(text) ?? [];
  const behind = await fetch(service.address + href.replaceAll('&#38;', '&'));
  expect([behind.status, await behind.text()]).toEqual([200, expect.stringContaining('id="oldest"')]);
});

it('shows what was asked for in the URL, and says it in the form', async () => {
  const { status, text } = await get(`flow_of_the_day?project=shop&${DAY}`);
  expect(status).toBe(200);
  expect(text).toContain('<p class="soft">shop – 2026-03-13, read at ');
  expect(text).toMatch(/<td[^>]*>developed<\/td><td[^>]*>2<\/td><td[^>]*>1<\/td>/);
  expect(text).toContain('<option selected>shop</option>');
  expect(text).toContain('<option>lanes</option>');
  expect(text).toContain('name="from" value="2026-03-13"');
});

it('leads from each item to its life and to Taiga, and takes no subject for markup', async () => {
  const { text } = await get(`flow_of_the_day?project=shop&${DAY}`);
  expect(text).toContain(
    '<a href="/reports/item?project=shop&#38;ref=1">1</a> <a href="https://taiga.example.org/project/shop/us/1" aria-label="1 in Taiga" title="in Taiga">↗</a>',
  );
  expect(text).toContain('=cmd()|&#34;x&#34;');
});

it('follows the link of an item to its life, from where one leads into Taiga', async () => {
  const { text } = await get(`flow_of_the_day?project=shop&${DAY}`);
  const [, href = ''] = /<a href="(\/reports\/item\?project=shop&#38;ref=1)">/.exec(text) ?? [];
  const page = await fetch(service.address + href.replaceAll('&#38;', '&'));
  const life = await page.text();
  expect(page.status).toBe(200);
  expect(life).toMatch(/<p class="soft">shop – #1, \d{4}-\d\d-\d\d to now, read at /);
  expect(life).toContain('<a href="https://taiga.example.org/project/shop/us/1">Open in Taiga</a>');
  expect(life).toContain('=cmd()|&#34;x&#34;');
  expect(life).toContain('<input name="ref" value="1"');
  expect(life).not.toContain('name="period"');
  // The page itself is no place to lead to.
  expect(life).not.toContain('<a href="/reports/item?project=shop&#38;ref=1">');
});

it.each([
  ['ref=99&project=shop', 404, 'there is no item 99 in shop'],
  ['ref=x&project=shop', 400, '&#34;x&#34; is not an item&#39;s number'],
  ['ref=%3Cscript%3E&project=shop', 400, '&#34;&#60;script&#62;&#34; is not an item&#39;s number'],
  ['ref=&project=shop', 400, '&#34;&#34; is not an item&#39;s number'],
  ['ref=1', 400, 'choose one of lanes, shop'],
  ['ref=1&project=x', 400, 'there is no project &#34;x&#34;'],
])(
  'says what is wrong with an item asked for with %s, and keeps the form',
  async (query, expected, message) => {
    const { status, text } = await get(`item?${query}`);
    expect([status, text]).toEqual([expected, expect.stringContaining(message)]);
    expect(text).toContain('<input name="ref"');
    expect(text.match(/<script/g)).toHaveLength(1);
  },
);

it('asks for an item where none was named', async () => {
  const { status, text } = await get('item');
  expect(status).toBe(200);
  expect(text).toContain('<input name="ref" value=""');
  expect(text).not.toContain('role="alert"');
});

it('draws the flow, in which points lead to items, and says where there is nothing to draw', async () => {
  const { status, text } = await get('flow?project=shop&from=2026-03-02&to=2026-03-14');
  expect(status).toBe(200);
  expect(text.match(/<svg [^>]*role="(?:img|group)"/g)).toHaveLength(5);
  expect(text.match(/<summary>As a table<\/summary>/g)).toHaveLength(5);
  // A number leads down to what it counts.
  expect(text).toContain('<a href="#closings">');
  expect(text).toContain('id="closings"');
  expect(text).toContain('<a href="/reports/item?project=shop&#38;ref=1" tabindex="-1" aria-label="');
  // Its records do not tell what statuses were called then.
  expect(text).toContain('<p>Nothing that had been started was closed.</p>');
  expect(text).toContain('<title>2026-03-14\n');
});

it('takes several projects, and all where none is chosen', async () => {
  for (const projects of ['project=shop&project=lanes&', ''])
    expect((await get(`flow_of_the_day?${projects}${DAY}`)).text).toContain(
      '<p class="soft">lanes, shop – 2026-03-13',
    );
});

it.each([
  ['project=shpo', 'there is no project &#34;shpo&#34;; there are lanes, shop'],
  ['period=last+wek', 'there is no period &#34;last wek&#34;'],
  ['from=2026-02-30', 'there is no day 2026-02-30'],
  ['from=2026-03-13&to=<script>', '&#34;&#60;script&#62;&#34; is neither a day nor a moment'],
  ['project[]=x&from=2026-03-13&from=x&to=2026-03-12', 'ends before it begins'],
])('says what is wrong with %s, and keeps the form', async (query, message) => {
  const { status, text } = await get(`week?${query}`);
  expect([status, text]).toEqual([400, expect.stringContaining(message)]);
  expect(text).toContain('<form');
  expect(text.match(/<script/g)).toHaveLength(1);
});

it.each([
  ['pdf', 'application/pdf', 'flow_of_the_day_2026-03-13.pdf', /^%PDF-/],
  ['png', 'image/png', 'flow_of_the_day_2026-03-13.png', /PNG/],
  ['md', 'text/markdown; charset=utf-8', 'flow_of_the_day_2026-03-13.md', /^# Flow of the day/],
  [
    'json',
    'application/json; charset=utf-8',
    'flow_of_the_day_2026-03-13.json',
    /"report": "flow_of_the_day"/,
  ],
  [
    'csv&section=flow_summary',
    'text/csv; charset=utf-8',
    'flow_of_the_day_flow_summary_2026-03-13.csv',
    /developed,2,1,0/,
  ],
])('can be taken away as %s, which the page offers', async (format, type, name, content) => {
  const query = `flow_of_the_day?project=shop&${DAY}`;
  const { text: page } = await get(query);
  expect(page).toContain(`href="/reports/${`${query}&format=${format}`.replaceAll('&', '&#38;')}"`);
  const answer = await fetch(`${service.address}/reports/${query}&format=${format}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
  expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toMatch(content);
});

it.each([
  ['format=docx', 'there is no format &#34;docx&#34;; known are md, html, csv, json, pdf, png'],
  ['format=csv', 'csv is a file for each section; choose one with section=flow_summary or flow_details'],
  ['format=png&section=x', 'the report flow_of_the_day has no section &#34;x&#34;; it has flow_summary'],
  ['format=pdf&section=flow_summary', 'pdf is always the whole report'],
])('says what is wrong with %s', async (query, message) => {
  const { status, text } = await get(`flow_of_the_day?project=shop&${DAY}&${query}`);
  expect([status, text]).toEqual([400, expect.stringContaining(message)]);
});

it("shows a team's own report, and says where its SQL fails", async () => {
  const good = await get('projects_there_are?project=lanes');
  expect(good.status).toBe(200);
  expect(good.text).toContain('<div class="soft">Projects</div><div class="figure">1</div>');
  const bad = await get('projects_there_are?project=shop');
  expect(bad.status).toBe(503);
  expect(bad.text).toMatch(/projects\.yaml:15: report &#34;projects_there_are&#34;: .*division by zero/);
});

it('says which column of a section its SQL does not return', async () => {
  const { status, text } = await get('wrong_column?project=shop');
  expect(status).toBe(503);
  expect(text).toMatch(/wrong\.yaml:6: the SQL does not return the column &#34;m&#34;, only n, k/);
});

describe('a report that takes long', () => {
  it('is a page at once, which says that it waits, and is completed by what was found', async () => {
    const { status, body } = await fetch(`${service.address}/reports/slow?project=shop`);
    expect(status).toBe(200);
    const [first = '', ...others] = await chunks(body);
    expect(first).toContain('<p>Takes some seconds.</p>');
    expect(first).not.toContain('<form');
    const rest = others.join('');
    expect(first + rest).toContain('<p class="reading" role="status">Reading Taiga … </p>');
    expect(rest).toContain('<p class="reading">Reading Taiga … 2 s</p>');
    expect(rest).toMatch(/<form.+<td[^>]*>done<\/td>.+<\/html>\n$/s);
  });

  it('says why nothing was found', async () => {
    const answer = await fetch(`${service.address}/reports/slow?project=lanes`);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringMatching(/Reading Taiga.+<p class="bad" role="alert">[^<]*division by zero/s),
    ]);
  });

  it('is waited for by who prefers that', async () => {
    const { status, text } = await get('slow?project=lanes&period=today');
    expect([status, text]).toEqual([503, expect.stringContaining('division by zero')]);
    expect(text).not.toContain('Reading Taiga');
  });
});

it('shows what a reload of the configuration brings', async () => {
  const own = 'own/wrong.yaml';
  onTestFinished(async () => {
    folder.write(own, WRONG);
    await service.reload();
  });
  folder.write(own, WRONG.replace('{ m: {', '{ k: {'));
  await service.reload();
  expect((await get('wrong_column?project=shop')).text).toMatch(/<td[^>]*>2<\/td>/);
  folder.write(own, WRONG.replace('report:', 'raport:'));
  await service.reload();
  // The report is as it was, and the list of them says why.
  expect((await get('wrong_column?project=shop')).text).toMatch(/<td[^>]*>2<\/td>/);
  expect((await get('../reports')).text).toMatch(
    /A file was not loaded.*wrong\.yaml:1: .*its report goes on as it was before/s,
  );
});

it('knows no other reports', async () => {
  expect((await get('../collectors/x')).status).toBe(404);
  expect((await get('weak')).text).toContain('There is no such report');
});

/** The pieces of a body as they arrive. */
async function chunks(body: ReadableStream<Uint8Array> | null): Promise<string[]> {
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  for await (const piece of body ?? []) pieces.push(decoder.decode(piece, { stream: true }));
  return pieces;
}
