import { describe, expect, test } from 'vitest';
import type { SectionDefinition } from '../../src/reports/definition.js';
import { parametersText, sectionToCsv } from '../../src/reports/formats/csv.js';
import { reportHtml, toHtml } from '../../src/reports/formats/html.js';
import { toJson } from '../../src/reports/formats/json.js';
import { toMarkdown } from '../../src/reports/formats/markdown.js';
import { formatValue } from '../../src/reports/values.js';
import { column, HOSTILE, result, section } from './made-up-result.js';

describe('CSV', () => {
  test('is what a spreadsheet opens: a byte order mark, CRLF, times in the time zone', () => {
    const columns = [column('at', 'time'), column('what'), column('points', 'points')];
    const rows = [
      ['2026-03-02 10:00:00.123456+00', 'Cart', '2.5'],
      [null, null, null],
    ];
    expect(sectionToCsv(section(columns, rows), 'Europe/Berlin')).toBe(
      '\ufeffat,what,points\r\n2026-03-02 11:00:00,Cart,2.5\r\n,,\r\n',
    );
  });

  test('lets no spreadsheet calculate what somebody wrote, and loses nothing of it', () => {
    const csv = sectionToCsv(
      section(
        [column('subject')],
        HOSTILE.map((subject) => [subject]),
      ),
      'UTC',
    );
    const cells = parseCsv(csv).slice(1).flat();
    expect(cells.map((cell) => cell.replace(/^'/, ''))).toEqual(HOSTILE);
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  test('takes nothing for a number that is none', () => {
    expect(() => sectionToCsv(section([column('net', 'number')], [['1,=2']]), 'UTC')).toThrow(
      'mine.yaml:7: column "net" has the unit number, so it must be a number: 1,=2',
    );
  });

  test('leaves negative numbers as numbers', () => {
    expect(sectionToCsv(section([column('net', 'number')], [['-2']]), 'UTC')).toContain('\r\n-2\r\n');
  });

  test('comes with what was asked for', () => {
    expect(parametersText(result([]))).toBe(
      `report: mine
projects: shop, lanes
period: 2026-03-02
from: 2026-03-01T23:00:00.000Z
to: 2026-03-02T23:00:00.000Z
time_zone: Europe/Berlin
read_at: 2026-03-03T08:00:00.000Z
`,
    );
  });
});

test('JSON has numbers as numbers, and times in UTC', () => {
  const columns = [column('at', 'time'), column('subject'), column('items', 'items')];
  const rows = [
    ['2026-03-02 10:00:00+00', HOSTILE[0] ?? '', '3'],
    [null, null, null],
  ];
  const parsed = JSON.parse(toJson(result([section(columns, rows)])));
  expect(parsed).toMatchObject({ report: 'mine', projects: ['shop', 'lanes'], time_zone: 'Europe/Berlin' });
  expect(parsed.sections[0].rows).toEqual([
    { at: '2026-03-02T10:00:00Z', subject: HOSTILE[0], items: 3 },
    { at: null, subject: null, items: null },
  ]);
});

describe('Markdown', () => {
  test('takes no text for markup, and no text breaks a table', () => {
    const text = toMarkdown(
      result([
        section(
          [column('subject')],
          HOSTILE.map((subject) => [subject]),
        ),
      ]),
    );
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toHaveLength(HOSTILE.length + 2);
    expect(text).not.toMatch(/<script|(?<!\\)\[x\]|(?<!\\)\*b/);
  });

  test('shows numbers with those of the period before', () => {
    const columns = [
      { ...column('closed', 'items'), better: 'more' },
      { ...column('lead', 'duration'), better: 'less' },
      { ...column('open', 'items'), better: 'less' },
      column('created', 'items'),
      column('oldest', 'duration'),
    ] as const;
    const numbers = section(columns, [['1200', '400000', '7', '3', '60']], { shape: 'numbers' });
    const text = toMarkdown(result([{ ...numbers, before: [['10', '86400', '7', '5', null]] }]));
    expect(text).toContain(
      `- closed: **1,200** (before: 10, better)
- lead: **4.6 days** (before: 1 day, worse)
- open: **7** (before: 7)
- created: **3** (before: 5)
- oldest: **1 min**
`,
    );
  });

  test('says that there is nothing, and that there is more', () => {
    expect(toMarkdown(result([section([column('a')], [])]))).toContain('\n\nNothing.\n');
    expect(toMarkdown(result([{ ...section([column('a')], [['1']]), isCut: true }]))).toContain(
      'Only the first 1 rows.',
    );
  });
});

describe('values', () => {
  const { definition } = section([], []);
  test.each([
    ['number', '1234.56', '1,234.6'],
    ['items', '12', '12'],
    ['points', '0', '0'],
    ['duration', '0', '0 s'],
    ['duration', '59', '59 s'],
    ['duration', '90', '1.5 min'],
    ['duration', '5400', '1.5 h'],
    ['duration', '-216000', '-2.5 days'],
    ['duration', '8640000', '100 days'],
    ['share', '0.456', '46 %'],
    ['share', '0.0456', '4.6 %'],
    ['time', '2026-03-29 01:30:00+00', '2026-03-29 03:30'],
    ['date', '2026-03-29', '2026-03-29'],
  ] as const)('%s %s', (unit, cell, text) => {
    expect(formatValue(cell, column('x', unit), definition, 'Europe/Berlin')).toBe(text);
  });

  test.each([
    ['number', 'many', 'mine.yaml:7: column "x" has the unit number, so it must be a number: many'],
    ['share', 'NaN', 'so it must be a number: NaN'],
    ['time', '2026-03-29', 'column "x" has the unit time, so it must be a time with its zone: 2026-03-29'],
  ] as const)('a %s cannot be %s', (unit, cell, message) => {
    expect(() => formatValue(cell, column('x', unit), definition, 'UTC')).toThrow(message);
  });
});

/** RFC 4180, written separately from the code that it tests. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  for (const [, cell = '', end] of text.slice(1).matchAll(pattern)) {
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('HTML', () => {
  const ITEM = [column('project'), column('kind'), column('ref'), column('subject')];

  test('takes no text for markup, and needs nothing from elsewhere', () => {
    const rows = HOSTILE.map((subject, i) => ['shop', 'issue', String(i), subject]);
    const text = toHtml(result([section(ITEM, rows, { shape: 'items' })]));
    expect(text).not.toContain('<script');
    expect(text.match(/<tr>/g)).toHaveLength(HOSTILE.length + 1);
    expect(text).not.toMatch(/<(link|img|iframe|object)|url\(|@import/);
  });

  test.each([
    ['userstory', '7', 'https://taiga.example.org/project/shop/us/7'],
    ['issue', '8', 'https://taiga.example.org/project/shop/issue/8'],
    ['issue', null, undefined],
  ])('leads from %s %s to Taiga: %s', (kind, ref, address) => {
    const text = toHtml(result([section(ITEM, [['shop', kind, ref, 'Cart']], { shape: 'items' })]));
    expect(/href="(https[^"]*)"/.exec(text)?.[1]).toBe(address);
  });

  test('leads on a page to the life of an item, and beside that into Taiga', () => {
    const found = result([section(ITEM, [['shop & co', 'issue', '8', 'Cart']], { shape: 'items' })]);
    const hrefs = (page: string): string[] =>
      [...page.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
    const life = '/reports/item?project=shop+%26+co&#38;ref=8';
    const inTaiga = 'https://taiga.example.org/project/shop%20%26%20co/issue/8';
    const page = reportHtml(found, 'https://bugflow.example.org').text;
    expect(hrefs(page)).toEqual([`https://bugflow.example.org${life}`, inTaiga]);
    expect(page).toContain('aria-label="8 in Taiga"');
    expect(hrefs(reportHtml({ ...found, taigaUrl: '' }, '').text)).toEqual([life]);
    // On the page about this very item.
    const now = { project: 'shop & co', kind: 'issue', ref: 8 };
    expect(hrefs(reportHtml({ ...found, item: { ref: 3, now } }, '').text)).toEqual([inTaiga, inTaiga]);
  });

  test('has no link where nobody knows where Taiga is', () => {
    const found = result([section(ITEM, [['shop', 'issue', '8', 'Cart']], { shape: 'items' })]);
    expect(toHtml({ ...found, taigaUrl: '' })).not.toContain('href');
  });

  test('shows numbers with those of the period before, and in a word whether that is good', () => {
    const columns = [{ ...column('closed', 'items'), better: 'more' }, column('created', 'items')] as const;
    const numbers = section(columns, [['1200', '3']], { shape: 'numbers' });
    const text = toHtml(result([{ ...numbers, before: [['10', '5']] }]));
    expect(text).toContain(
      '<div class="figure">1,200</div><div class="soft">before: 10, <span class="good">better</span></div>',
    );
    expect(text).toContain('<div class="figure">3</div><div class="soft">before: 5</div>');
  });

  test('draws a chart above the table of its rows, and says where there is nothing to draw', () => {
    const definition: Partial<SectionDefinition> = {
      shape: 'chart',
      chart: { type: 'bar', x: 'kind', y: ['items'], percentiles: [], lines: [] },
    };
    const columns = [column('kind'), column('items', 'items')];
    const drawn = toHtml(result([section(columns, [['issue', '3']], definition)]));
    expect(drawn).toMatch(/<figure class="chart">[\s\S]*<\/figure>\s*<details>[\s\S]*<td[^>]*>issue<\/td>/);
    const empty = toHtml(result([section(columns, [['issue', null]], definition)]));
    expect(empty).toContain('<p>Nothing.</p>');
    expect(empty).not.toContain('<figure');
  });
});

test('other media show the rows of a chart', () => {
  const drawn = section([column('kind'), column('items', 'items')], [['issue', '3']], {
    shape: 'chart',
    chart: { type: 'bar', x: 'kind', y: ['items'], percentiles: [], lines: [] },
  });
  expect(toMarkdown(result([drawn]))).toContain('| kind | items |\n| --- | --: |\n| issue | 3 |');
  expect(sectionToCsv(drawn, 'UTC')).toContain('\r\nissue,3\r\n');
  expect(JSON.parse(toJson(result([drawn]))).sections[0].rows).toEqual([{ kind: 'issue', items: 3 }]);
});

describe('a column that leads to a report', () => {
  const blocked = { ...column('blocked', 'items'), leadsTo: 'week#blocked' };
  const found = result([
    section([column('project'), blocked], [['shop & co', '2']]),
    section([blocked], [['3']], { name: 'numbers', shape: 'numbers' }),
  ]);
  const period = 'from=2026-03-01T23%3A00%3A00Z&#38;to=2026-03-02T23%3A00%3A00Z#blocked';

  test('does so on a page: about the project of the row, or all that were chosen', () => {
    const page = reportHtml(found, '').text;
    expect(page).toContain(`<a href="/reports/week?project=shop+%26+co&#38;${period}">2</a>`);
    expect(page).toContain(`<a href="/reports/week?project=shop&#38;project=lanes&#38;${period}">3</a>`);
  });

  test('leads nowhere in a file, which has no pages beside it', () => {
    expect(toHtml(found)).not.toContain('<a ');
  });
});
