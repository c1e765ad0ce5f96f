import type { ColumnDefinition, SectionDefinition } from '../../src/reports/definition.js';
import type { Cell, ReportResult, SectionResult } from '../../src/reports/result.js';

export const column = (name: string, unit: ColumnDefinition['unit'] = 'text'): ColumnDefinition => ({
  name,
  title: name,
  unit,
  better: undefined,
});

export function section(
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Cell[])[],
  change: Partial<SectionDefinition> = {},
): SectionResult {
  const sql = { text: 'SELECT', file: 'mine.yaml', line: 7 };
  const definition: SectionDefinition = {
    ...{
      name: 'all',
      title: 'All',
      description: '',
      shape: 'table',
      chart: undefined,
      columns,
      compare: false,
    },
    ...{ empty: 'Nothing.', requires: [], relations: [], sql, limit: 10, place: sql },
    ...change,
  };
  return { definition, rows, before: undefined, isCut: false };
}

export function result(sections: readonly SectionResult[]): ReportResult {
  return {
    definition: {
      ...{ name: 'mine', title: 'Mine', description: 'd', file: 'mine.yaml', shipped: false },
      ...{
        about: 'projects',
        projects: 'several',
        period: 'today',
        history: 'all',
        timeoutMs: 1,
        sections: [],
      },
    },
    projects: ['shop', 'lanes'],
    period: {
      ...{ fromMs: Date.parse('2026-03-01T23:00:00Z'), toMs: Date.parse('2026-03-02T23:00:00Z') },
      ...{ before: { fromMs: 0, toMs: 1 }, title: '2026-03-02' },
    },
    readAtMs: Date.parse('2026-03-03T08:00:00Z'),
    timeZone: 'Europe/Berlin',
    taigaUrl: 'https://taiga.example.org',
    sections,
  };
}

/** What somebody may write into a subject. */
export const HOSTILE = [
  '=HYPERLINK("http://evil.example","x")',
  '+1+1',
  '-2',
  '@SUM(A1)',
  '\t=1',
  'a "quoted", text',
  'two\nlines',
  '<script>alert(1)</script>',
  '| [x](javascript:1) *b* `c`',
  '\u202eright to left',
  '🙂 ж 完成',
];
