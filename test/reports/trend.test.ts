import { describe, expect, test } from 'vitest';
import { sectionToCsv } from '../../src/reports/formats/csv.js';
import { reportHtml } from '../../src/reports/formats/html.js';
import { toJson } from '../../src/reports/formats/json.js';
import { toMarkdown } from '../../src/reports/formats/markdown.js';
import { toSlackMessage } from '../../src/reports/posts/slack-message.js';
import { column, result, section } from './made-up-result.js';

const COLUMNS = [column('project'), { ...column('closed', 'trend'), title: 'Closed' }];
const table = (...cells: (string | null)[]) =>
  section(
    COLUMNS,
    cells.map((cell) => ['shop', cell]),
  );

test.each([
  ['{1,2,NULL,6}', '▂▃·▇'],
  ['{0,0,0}', '▁▁▁'],
  ['{5}', '▇'],
  ['{-1,0,4}', '▁▂▇'],
  ['{-4,-2,0}', '▁▅▇'],
  ['{1e3,2.5e3,5e3}', '▂▅▇'],
  ['{NULL,NULL}', ''],
  ['{}', ''],
  [null, ''],
])('%s is %s in Markdown and in Slack', (cell, text) => {
  expect(toMarkdown(result([table(cell)]))).toContain(
    `| project | Closed |\n| --- | --- |\n| shop | ${text} |\n`,
  );
  const message = JSON.stringify(toSlackMessage(result([table(cell)]), undefined));
  expect(message).toContain(text === '' ? '• shop"' : `• shop · Closed ${text}"`);
});

test('one that is too long for a line of text is shown by averages', () => {
  const cell = `{${Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : 10)).join(',')}}`;
  expect(toMarkdown(result([table(cell)]))).toContain(`| ${'▁'.repeat(20)}${'▇'.repeat(20)} |`);
});

test('has its numbers in CSV and JSON', () => {
  const found = table('{1,NULL,-2.5}', null, '{}', '{-3}');
  expect(sectionToCsv(found, 'UTC')).toBe(
    '\ufeffproject,closed\r\nshop,1 null -2.5\r\nshop,\r\nshop,\r\nshop,-3\r\n',
  );
  expect(JSON.parse(toJson(result([found]))).sections[0].rows).toEqual([
    { project: 'shop', closed: [1, null, -2.5] },
    { project: 'shop', closed: null },
    { project: 'shop', closed: [] },
    { project: 'shop', closed: [-3] },
  ]);
});

describe('in HTML', () => {
  const svgOf = (cell: string): string =>
    /<svg class="trend.*?<\/svg>/.exec(reportHtml(result([table(cell)])).text)?.[0] ?? '';

  test('is a line within its picture, and says what it shows', () => {
    const svg = svgOf('{3,0,12,1234.5}');
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title>from 3 to 1,234.5, lowest 0, highest 1,234.5</title>');
    const numbers = [...(/ d="([^"]+)"/.exec(svg)?.[1] ?? '').matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
    expect(numbers).toHaveLength(4);
    for (const [, left, top] of numbers) {
      expect(Number(left)).toBeGreaterThan(0);
      expect(Number(left)).toBeLessThan(100);
      expect(Number(top)).toBeGreaterThan(0);
      expect(Number(top)).toBeLessThan(24);
    }
    // The most is at the top, and 0 at the bottom.
    const tops = numbers.map(([, , top]) => Number(top));
    expect(tops.indexOf(Math.min(...tops))).toBe(3);
    expect(tops.indexOf(Math.max(...tops))).toBe(1);
  });

  test('has gaps where there is no value, and a dot between two', () => {
    expect(svgOf('{1,2,NULL,3,NULL,4,5}').match(/M/g)).toHaveLength(3);
    expect(svgOf('{1,2,NULL,3,NULL,4,5}').match(/h0/g)).toHaveLength(1);
  });

  test('of ten thousand values draws no more than are seen', () => {
    const svg = svgOf(`{${Array.from({ length: 10_000 }, (_, i) => i % 97).join(',')}}`);
    expect((svg.match(/[ML]/g) ?? []).length).toBeLessThanOrEqual(400);
  });

  test('without values is nothing, and a dash where a number would be', () => {
    expect(reportHtml(result([table('{NULL}')])).text).toContain('<td></td>');
    const figure = section([column('closed', 'trend')], [['{}']], { shape: 'numbers' });
    expect(reportHtml(result([figure])).text).toContain('<div class="figure">–</div>');
  });
});

test.each(['{1,two}', '1,2', '{{1},{2}}', '{1,,2}', '{NaN}', '{Infinity}', '{" 1"}'])(
  '%s is no array of numbers',
  (cell) => {
    for (const format of [toMarkdown, toJson])
      expect(() => format(result([table(cell)]))).toThrow(
        `mine.yaml:7: column "closed" has the unit trend, so it must be an array of numbers: ${cell}`,
      );
  },
);

test('is neither better nor worse', () => {
  const better = { ...column('closed', 'trend'), better: 'more' } as const;
  const found = { ...section([better], [['{1,2}']], { shape: 'numbers' }), before: [['{2,1}']] };
  expect(toMarkdown(result([found]))).not.toMatch(/better|worse/);
});
