import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadReports } from '../../src/reports/library.js';
import { type Runbooks, readRunbooks } from '../../src/server/runbooks/library.js';
import { shippedLibrary } from '../dashboards/catalogue.js';
import { COMMITTED } from '../dashboards/dashboards.js';
import { ROOT } from '../support/bugflow.js';
import { folderWith } from '../unit/helpers.js';
import { type Answer, startWebServer, type WebServer } from './web-server.js';

const GRAFANA = 'https://grafana.example.org/sub';
const FOLDER = join(ROOT, 'docs/runbooks');
const NASTY = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "a'b",
  'a b',
  '../../etc',
  'a"} or vector(1)',
  'é',
  'a\nb',
  '$&',
  '',
  'a'.repeat(251),
];

let shipped: Runbooks;

beforeAll(async () => {
  shipped = await readRunbooks(FOLDER);
});

const serve = (runbooks = shipped, grafana: string | undefined = GRAFANA): Promise<WebServer> =>
  startWebServer({ sources: { runbooks, grafanaUrl: grafana } });

const linksOf = ({ body }: Answer): string[] =>
  [...body.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&#38;', '&'));

/** A runbook with this text, and another one. */
async function runbookOf(text: string): Promise<Runbooks> {
  return readRunbooks(
    await folderWith({ 'README.md': '# R\n', 'Other.md': '# Other\n', 'This.md': `# This\n\n${text}\n` }),
  );
}

async function show(text: string, query = '', grafana: string | undefined = GRAFANA): Promise<string> {
  const { body } = await (await serve(await runbookOf(text), grafana)).get(`/runbooks/This${query}`);
  return /<article class="card page">\n([\s\S]*)<\/article>/.exec(body)?.[1]?.trim() ?? '';
}

describe('/runbooks', () => {
  test('has the table, from which each runbook can be reached', async () => {
    const server = await serve();
    const answer = await server.get('/runbooks');
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' },
    });
    expect(answer.body).toContain('<h1>Runbooks</h1>');
    expect(linksOf(answer)).toEqual(
      expect.arrayContaining([...shipped.byAlert.keys()].map((name) => `/runbooks/${name}`)),
    );
    expect(shipped.byAlert.size).toBeGreaterThan(20);
  });

  test('is reached from every page', async () => {
    const server = await serve();
    for (const path of ['/status', '/collectors', '/runbooks/TaigaWorkStale'])
      expect(linksOf(await server.get(path)), path).toContain('/runbooks');
  });

  test('says so where the files are missing', async () => {
    const server = await startWebServer();
    const answer = await server.get('/runbooks');
    expect([answer.status, answer.body.includes('install the package again')]).toEqual([200, true]);
    expect((await server.get('/runbooks/TaigaWorkStale')).status).toBe(404);
  });
});

describe('each shipped runbook', () => {
  test.each([
    ['package.json', /"docs\/runbooks"/],
    ['Dockerfile', /^COPY .*\/app\/docs\/runbooks \.\/docs\/runbooks$/m],
    ['.dockerignore', /^!docs\/runbooks$/m],
  ])('is in the package and in the image: %s', (file, line) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(line);
  });

  test('is a page without scripts, whose links all lead somewhere', async () => {
    const server = await serve();
    const { collectors, relations } = await shippedLibrary();
    const { reports } = await loadReports({ shippedFolder: join(ROOT, 'reports'), ownFiles: [] }, relations);
    const known = new Set([
      ...collectors.map(({ name }) => `/collectors#${name}`),
      ...COMMITTED.map(
        ({ dashboard }) => `${GRAFANA}/d/${dashboard.uid}?var-project=webshop&from=now-30d&to=now`,
      ),
      ...reports.flatMap(({ name, sections }) =>
        sections.map((section) => `/reports/${name}?project=webshop#${section.name}`),
      ),
      ...[...shipped.byAlert.keys()].map((name) => `/runbooks/${name}?project=webshop`),
      ...['/', '/status', '/metrics', '/collectors', '/runbooks', '/runbooks?project=webshop'],
    ]);
    for (const [name, text] of [...shipped.byAlert, ['', shipped.table] as const]) {
      const answer = await server.get(`/runbooks${name && `/${name}`}?project=webshop`);
      expect(answer.status, name).toBe(200);
      expect(answer.body).not.toMatch(/<script|onerror|javascript:/i);
      const links = linksOf(answer);
      expect(links.filter((link) => !known.has(link) && !link.startsWith('https://'))).toEqual([]);
      // None is left as mere text.
      const written = text.match(/\]\(|`\/(collectors|metrics|runbooks)(#\w+)?`/g) ?? [];
      const inMenu = 5;
      expect(links.length, name).toBe(written.length + inMenu);
      expect(answer.body, 'the placeholder is filled in').not.toContain('project=&#34;PROJECT');
    }
  });
});

describe('what is no runbook', () => {
  test.each([
    'Nothing',
    'README',
    'README.md',
    'TaigaWorkStale.md',
    'taigaworkstale',
    '__proto__',
    'constructor',
    '..%2fREADME',
    '..%2f..%2fpackage.json',
    '%2e%2e%2fhttp',
    '..%5c..%5chttp',
    '%00',
    '<script>',
  ])('%s has a page that says so, and does not repeat it', async (name) => {
    const answer = await (await serve()).get(`/runbooks/${encodeURI(decodeURI(name))}`);
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    expect(answer.body).toContain('There is no such runbook');
    expect(answer.body).not.toMatch(/script>|README|constructor/);
  });

  test.each(['/runbooks/', '/runbooks/../metrics/x', '/runbooks/A/B', '/runbooks//TaigaWorkStale'])(
    '%s is not found',
    async (path) => {
      expect((await (await serve()).get(path)).status).toBe(404);
    },
  );
});

describe('?project=', () => {
  const QUERY = '```promql\ntaiga_items{project="PROJECT"}\n```';

  test('fills in queries and links', async () => {
    const html = await show(`${QUERY}\n\n\`PROJECT\` [O](Other.md)`, '?project=web-shop_2');
    expect(html).toContain('taiga_items{project=&#34;web-shop_2&#34;}');
    expect(html).toContain('<code>web-shop_2</code>');
    expect(html).toContain('href="/runbooks/Other?project=web-shop_2"');
  });

  test('can be given on the page where it is needed, and only there', async () => {
    const server = await serve();
    const { body } = await server.get('/runbooks/TaigaWorkStale?project=webshop');
    expect(body).toMatch(/<form>.*<input name="project" value="webshop"/);
    expect((await server.get('/runbooks/BugflowDatabaseDown?project=webshop')).body).not.toContain('<form');
  });

  test.each(NASTY)('is left out where it is no slug: %j', async (project) => {
    const server = await serve();
    const plain = await server.get('/runbooks/TaigaWorkStale');
    const query = new URLSearchParams({ project });
    const answer = await server.get(`/runbooks/TaigaWorkStale?${query}`);
    expect(answer).toMatchObject({ status: 200, body: plain.body });
  });

  test('is left out where there are two', async () => {
    expect(await show(QUERY, '?project=a&project=b')).toContain('PROJECT');
  });
});

describe('Markdown', () => {
  test('becomes HTML', async () => {
    expect(await show('## A\n\n**b** and `c`\n\n| d | e |\n| --- | --- |\n| `f` | g |')).toBe(
      '<h2>A</h2>\n<p><strong>b</strong> and <code>c</code></p>\n' +
        '<div class="scroll"><table>\n<tr><th>d</th><th>e</th></tr>\n<tr><td><code>f</code></td><td>g</td></tr>\n</table></div>',
    );
  });

  test.each([
    ['[x](Other.md)', '<a href="/runbooks/Other">x</a>'],
    ['[x](README.md)', '<a href="/runbooks">x</a>'],
    ['[`x`](https://example.org/?a&b)', '<a href="https://example.org/?a&#38;b"><code>x</code></a>'],
    ['`/collectors#items`', '<a href="/collectors#items"><code>/collectors#items</code></a>'],
    [
      '[x](../../dashboards/json/bug-flow.json)',
      `<a href="${GRAFANA}/d/bugflow-bug-flow?from=now-30d&#38;to=now">x</a>`,
    ],
    ['[x](../../reports/bugs.yaml)', '<a href="/reports/bugs">x</a>'],
    ['[x](../../reports/hygiene.yaml#overdue)', '<a href="/reports/hygiene#overdue">x</a>'],
    // What is not served here is no link.
    ['[x](../../reports/../secret.yaml)', 'x'],
    ['[x](../../reports/bugs.yaml?a=b#c)', 'x'],
    ['[x](../http.md)', 'x'],
    ['[x](Nothing.md)', 'x'],
    ['[x](javascript:alert%281%29)', 'x'],
    ['[x](//example.org)', 'x'],
    ['[x](/etc/passwd)', 'x'],
    ['`/etc/passwd`', '<code>/etc/passwd</code>'],
    ['![<x](y.png)', '&#60;x'],
    ['a <b onclick="x">c</b> & "d"', 'a &#60;b onclick=&#34;x&#34;&#62;c&#60;/b&#62; &amp; &quot;d&quot;'],
  ])('%s becomes %s', async (markdown, html) => {
    expect(await show(markdown)).toBe(`<p>${html}</p>`);
  });

  test('a block of HTML is text', async () => {
    expect(await show('<script>alert(1)</script>')).toBe('&#60;script&#62;alert(1)&#60;/script&#62;');
  });

  test('a dashboard is no link where nobody knows where Grafana is', async () => {
    const server = await startWebServer({
      sources: { runbooks: await runbookOf('[x](../../dashboards/json/bug-flow.json)') },
    });
    expect((await server.get('/runbooks/This')).body).toContain('<p>x</p>');
  });
});
