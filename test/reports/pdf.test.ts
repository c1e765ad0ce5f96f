import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toPdf } from '../../src/reports/formats/pdf/pdf.js';
import { column, result, section } from './made-up-result.js';
import { ITEM, printedResult } from './printed-result.js';

const POPPLER_IS_HERE = spawnSync('pdftotext', ['-v']).error === undefined;
const OPTIONS = { serviceUrl: 'https://bugflow.example.org' };

let folder: string;
let pdf: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bugflow-pdf-'));
  pdf = await toPdf(printedResult(), OPTIONS);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the same result makes the same file', async () => {
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect((await toPdf(printedResult(), OPTIONS)).equals(pdf)).toBe(true);
});

test('items and columns lead where they do on a page', async () => {
  const blocked = { ...column('blocked', 'items'), leadsTo: 'week#blocked' };
  const found = result([
    section([...ITEM, blocked], [['shop', 'issue', '8', '<a href="https://evil.example">', '2']]),
  ]);
  const links = (file: Buffer) =>
    [...file.toString('latin1').matchAll(/\/URI \(([^)]*)\)/g)].map(([, to]) => to);
  expect(links(await toPdf(found, OPTIONS))).toEqual([
    'https://bugflow.example.org/reports/item?project=shop&ref=8',
    expect.stringMatching(/^https:\/\/bugflow\.example\.org\/reports\/week\?project=shop&from=.*#blocked$/),
  ]);
  expect(links(await toPdf({ ...found, taigaUrl: '' }))).toEqual([]);
});

describe.skipIf(!POPPLER_IS_HERE)('as poppler reads it (skipped without poppler-utils)', () => {
  function poppler(program: string, file: Buffer, ...args: readonly string[]): string {
    const path = join(folder, 'report.pdf');
    writeFileSync(path, file);
    const { status, stdout, stderr } = spawnSync(
      program,
      args.map((arg) => (arg === 'FILE' ? path : arg)),
      { encoding: 'utf8', maxBuffer: 1e8 },
    );
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  }
  const pagesOf = (file: Buffer): string[] =>
    poppler('pdftotext', file, '-layout', 'FILE', '-').split('\f').slice(0, -1);

  test('it has every number and subject, on numbered pages with the header of the table on each', () => {
    const pages = pagesOf(pdf);
    const text = pages.join('\n');
    for (const number of ['1,200', '4.6 days', '37', 'before: 10, better', 'before: 1 day, worse'])
      expect(text).toContain(number);
    for (const subject of [
      ...['=HYPERLINK("http://evil.example","x")', '+1+1', '@SUM(A1)', 'a "quoted", text', 'two lines'],
      ...[
        '<script>alert(1)</script>',
        '| [x](javascript:1) *b* `c`',
        'right to left',
        'ж',
        'Nothing at all.',
      ],
      ...['half \ufffd a character, \ufffd and \ufffd', 'Bob <b>', 'shop, lanes – 2026-03-02', '09:00'],
    ])
      expect(text).toContain(subject);
    for (let i = 0; i < 80; i++) expect(text).toMatch(new RegExp(`issue +${1013 + i} +Subject${i}\\n`));
    expect(text.match(/x/g)?.length).toBeGreaterThanOrEqual(10_000);
    expect(pages.length).toBeGreaterThan(3);
    for (const [i, page] of pages.entries())
      expect(page.trimEnd()).toMatch(new RegExp(`Mine – 2026-03-02 +page ${i + 1} of ${pages.length}$`));
    const withRows = pages.filter((page) => /Subject\d|x{20}/.test(page));
    expect(withRows.length).toBeGreaterThan(2);
    for (const page of withRows) expect(page).toMatch(/project +kind +ref +subject\n/);
  });

  test('all its fonts are in it, and nothing of the machine that made it', () => {
    const fonts = poppler('pdffonts', pdf, 'FILE').trim().split('\n').slice(2);
    expect(fonts.map((line) => /DejaVuSans(-Bold)? .* yes yes yes /.test(line))).toEqual([true, true]);
    const about = poppler('pdfinfo', pdf, '-isodates', 'FILE');
    expect(about).toMatch(/Title: +Mine – 2026-03-02\n/);
    expect(about).toMatch(/Producer: +taiga-bugflow\n/);
    expect(about).toMatch(/CreationDate: +2026-03-03T08:00:00Z\n/);
    expect(about).toMatch(/Page size: .*\(A4\)/);
  });

  test('a chart is drawn with lines, not with pixels', () => {
    expect(poppler('pdfimages', pdf, '-list', 'FILE').trim().split('\n')).toHaveLength(2);
  });

  test('no table is wider than the page, however many columns it has', async () => {
    const columns = Array.from({ length: 20 }, (_, i) => column(`c${i}`, i % 2 === 0 ? 'text' : 'number'));
    const row = columns.map(({ unit }, i) => (unit === 'text' ? `${'word'.repeat(9)}${i}` : '1234567.5'));
    const file = await toPdf(result([section(columns, [row])]));
    const boxes = poppler('pdftotext', file, '-bbox', 'FILE', '-');
    const rights = [...boxes.matchAll(/xMax="([\d.]+)"/g)].map(([, right]) => Number(right));
    expect(rights.length).toBeGreaterThan(40);
    expect(Math.max(...rights)).toBeLessThanOrEqual(595.28 - 30);
  });

  test('no heading stands alone at the end of a page, wherever the table begins', async () => {
    for (let before = 30; before < 44; before++) {
      const rows = Array.from({ length: before }, () => ['row']);
      const table = section([column('head')], [['first'], ['second']], { name: 't', title: 'Heading' });
      const pages = pagesOf(await toPdf(result([section([column('a')], rows), table])));
      const page = pages.find((text) => text.includes('Heading'));
      expect(page, `after ${before} rows`).toMatch(/Heading\s+head\s+first/);
    }
  });

  test('a very long table ends with how many rows it has', async () => {
    const rows = Array.from({ length: 700 }, (_, i) => [`row${i}`]);
    const text = pagesOf(await toPdf(result([section([column('a')], rows)]))).join('\n');
    expect(text.match(/row\d+/g)).toHaveLength(500);
    expect(text).toContain('Only the first 500 rows; the other formats have more.');
  });
});
