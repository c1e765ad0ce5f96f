import type { ReportResult } from '../../src/reports/result.js';
import { column, HOSTILE, result, section } from './made-up-result.js';

export const ITEM = [column('project'), column('kind'), column('ref'), column('subject')] as const;

/** A report with everything: numbers, a chart, a long table with what somebody may write, and nothing. */
export function printedResult(): ReportResult {
  const numbers = section(
    [
      { ...column('closed', 'items'), better: 'more' },
      { ...column('lead', 'duration'), better: 'less' },
      column('created', 'items'),
    ],
    [['1200', '400000', '37']],
    { name: 'numbers', title: 'Numbers', shape: 'numbers' },
  );
  const chart = section(
    [column('day', 'date'), column('open', 'items'), column('who')],
    ['2026-03-01', '2026-03-02'].flatMap((day) => [
      [day, '4', 'Anna'],
      [day, '7', 'Bob <b>'],
    ]),
    {
      ...{ name: 'chart', title: 'Chart', shape: 'chart' },
      chart: { type: 'stacked_area', x: 'day', y: ['open'], series: 'who', percentiles: [], lines: [] },
    },
  );
  const subjects = [
    ...HOSTILE,
    'x'.repeat(10_000),
    'half \ud800 a character, \u0000 and \u0007',
    ...Array.from({ length: 80 }, (_, i) => `Subject${i}`),
  ];
  const rows = subjects.map((subject, i) => ['shop', 'issue', String(1000 + i), subject]);
  return result([
    { ...numbers, before: [['10', '86400', '5']] },
    chart,
    section(ITEM, rows, { name: 'items', title: 'Items', shape: 'items' }),
    section(ITEM, [], { name: 'none', title: 'None', empty: 'Nothing at all.' }),
  ]);
}
