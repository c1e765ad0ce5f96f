import { describe, expect, it } from 'vitest';
import { toFailureMessage, toSlackMessage } from '../../src/reports/posts/slack-message.js';
import type { ReportResult } from '../../src/reports/result.js';
import type { Block } from '../../src/slack/blocks.js';
import { column, HOSTILE, result, section } from './made-up-result.js';
import { cellText, readBlocks, seen } from './slack-blocks.js';

const ITEM_COLUMNS = ['project', 'kind', 'ref', 'subject'].map((name) => column(name));
const PAGE = 'https://bugflow.example.org/reports/mine?from=2026-03-01';

/** What is sent, after Slack has looked at it. */
const sent = (found: ReportResult, page: string | undefined = PAGE) => {
  const { message } = toSlackMessage(found, page, 'https://bugflow.example.org');
  return accepted(message.text, message.blocks);
};
/** The same in a workspace that takes neither charts nor tables; undefined: it is no other. */
const sentPlain = (found: ReportResult) => {
  const { message } = toSlackMessage(found, PAGE, 'https://bugflow.example.org');
  return message.plain && accepted(message.text, message.plain);
};
const accepted = (text: string, blocks: readonly Block[]) => {
  const { message, problems } = readBlocks(JSON.stringify({ text, blocks }));
  expect(problems).toEqual([]);
  return message;
};
const items = (subjects: readonly string[], isCut = false): ReportResult =>
  result([
    {
      ...section(
        ITEM_COLUMNS,
        subjects.map((subject, i) => ['shop', 'userstory', String(i + 1), subject]),
        { shape: 'items', title: 'Oldest' },
      ),
      isCut,
    },
  ]);

describe('a report in Slack', () => {
  it('leaves out the lists behind its numbers', () => {
    const behind = { ...section([column('subject')], [['one']], { title: 'Behind' }) };
    const before = seen(sent(result([behind])));
    expect(before).toContain('Behind');
    const detail = { ...behind, definition: { ...behind.definition, isDetail: true } };
    expect(seen(sent(result([detail])))).not.toContain('Behind');
  });

  it('has its title, projects and period, the numbers and whether they got better, and a link', () => {
    const numbers = {
      ...section(
        [
          { ...column('closed', 'items'), title: 'Closed', better: 'more' as const },
          { ...column('lead_time', 'duration'), title: 'Lead time', better: 'less' as const },
          { ...column('nothing', 'number'), title: 'Nothing' },
        ],
        [['12', '86400', null]],
        { shape: 'numbers', title: 'In and out' },
      ),
      before: [['10', '43200', null]],
    };
    expect(seen(sent(result([numbers])))).toBe(`Mine
shop, lanes – 2026-03-02
*In and out*
Closed
🟢 *12* (before: 10)
Lead time
🔴 *1 day* (before: 12 h)
Nothing
*–* (before: –)
[Show all](${PAGE})`);
  });

  it('has the first rows of a list, which lead into Taiga, and says how many are missing', () => {
    const message = sent(items(['Cart', 'Pay', 'Ship', 'Log in', 'Log out', 'Search', 'Print'], true));
    expect(seen(message)).toContain(`*Oldest*
• shop · userstory · [#1](https://taiga.example.org/project/shop/us/1) · Cart
• shop · userstory · [#2](https://taiga.example.org/project/shop/us/2) · Pay`);
    expect(seen(message)).toContain('Log out\n… and at least 2 more');
  });

  it('says instead of an empty list that there is nothing', () => {
    expect(seen(sent(items([])))).toContain('*Oldest*\nNothing.');
  });

  it('has no button without an address, or with one that is too long', () => {
    for (const page of [undefined, `https://bugflow.example.org/?${'x'.repeat(3000)}`])
      expect(JSON.stringify(toSlackMessage(items(['Cart']), page).message)).not.toContain('"button"');
  });

  it.each([
    ...HOSTILE,
    '<!channel> <@U123> <https://evil.example|click>',
    '&lt;!here&gt;',
    'x'.repeat(10_000),
    '👩‍👩‍👧‍👦'.repeat(2000),
    '*bold* _it_ ~no~ `code`',
  ])('shows a hostile subject as it is, and rings nobody: %.40s', (subject) => {
    const message = sent(items([subject, 'Cart']));
    const line = seen(message)
      .split('\n')
      .find((each) => each.includes('#1]'));
    const expected = subject.replace(/[\p{Cc}\u202e\s]+/gu, ' ').trim();
    expect(line).toContain(expected.slice(0, 60));
    expect(seen(message)).toContain('· Cart');
  });

  it('stays within Slack’s limits, however much there is', () => {
    const wide = Array.from({ length: 30 }, (_, i) => ({
      ...column(`n${i}`, 'number'),
      title: 'Title '.repeat(40),
    }));
    const many = [
      section(wide, [wide.map(() => '123456.7')], { shape: 'numbers', title: 'T'.repeat(500) }),
      ...Array.from({ length: 80 }, () =>
        section(
          ITEM_COLUMNS,
          Array.from({ length: 50 }, () => ['shop', 'issue', '7', '&'.repeat(500)]),
          { shape: 'items' },
        ),
      ),
    ];
    const found = result(many);
    expect(seen(sent(found))).toContain('There is more than fits into a message.');
    sent({ ...found, definition: { ...found.definition, title: 'Long '.repeat(100) } });
    sent({ ...found, projects: Array.from({ length: 1000 }, (_, i) => `project-${i}`) });
  });

  it('has a table, and says what it leaves out', () => {
    const columns = [
      { ...column('project'), title: 'Project', leadsTo: 'week#blocked' },
      { ...column('age', 'duration'), title: 'Age' },
    ];
    const rows = Array.from({ length: 25 }, (_, i) => [`shop${i}`, i === 0 ? null : String(i * 3600)]);
    const found = result([
      section(columns, rows, { title: 'Old' }),
      section(columns, rows, { title: 'Again' }),
    ]);
    const [head = '', ...lines] = seen(sent(found)).split('*Old*\n')[1]?.split('\n') ?? [];
    expect(head).toBe('Project | Age');
    expect(lines[0]).toMatch(
      /^\[shop0\]\(https:\/\/bugflow\.example\.org\/reports\/week\?project=shop0&.*#blocked\) \| –$/,
    );
    expect(lines.slice(20, 24)).toEqual(['… and 5 more', '*Again*', '• shop0', '• shop1 · Age 1 h']);
    expect(seen(sentPlain(found) ?? accepted('', []))).toContain('*Old*\n• shop0\n• shop1 · Age 1 h');
  });

  it('has no other form where it has neither charts nor tables', () => {
    expect(sentPlain(items(['Cart']))).toBeUndefined();
  });

  it('names the charts that are not drawn', () => {
    const bars = (title: string) =>
      section([column('day', 'date'), column('n', 'items')], [['2026-03-01', '3']], {
        ...{ title, shape: 'chart', chart: { ...DRAWN, type: 'bar', x: 'day', y: ['n'] } },
      });
    const histogram = section([column('n', 'items')], [['3']], {
      ...{ title: 'Spread', shape: 'chart', chart: { ...DRAWN, type: 'histogram', x: 'n' } },
    });
    const found = result([bars('One'), histogram, bars('Two'), bars('Three')]);
    expect(seen(sent(found))).toContain('Not drawn here: Spread, Three');
    expect(seen(sentPlain(found) ?? accepted('', []))).toContain('Not drawn here: One, Spread, Two, Three');
    const { sections } = found;
    expect(toSlackMessage(found, PAGE).undrawn).toEqual([sections[1], sections[3]]);
    expect(toSlackMessage(found, PAGE).undrawnInPlain).toEqual(sections);
  });

  it('says instead of an empty chart that there is nothing', () => {
    const none = section([column('day', 'date'), column('n', 'items')], [], {
      ...{ title: 'Net', shape: 'chart', chart: { ...DRAWN, type: 'bar', x: 'day', y: ['n'] } },
    });
    expect(seen(sent(result([none])))).toContain('*Net*\nNothing.');
  });

  it.each(HOSTILE)('shows a hostile text in a table and a chart as it is: %.40s', (subject) => {
    const chart = { ...DRAWN, type: 'bar' as const, x: 'subject', y: ['n'] };
    const columns = [column('subject'), column('n', 'items')];
    const rows = [
      [subject, '1'],
      ['Cart', '2'],
      ['', '3'],
    ];
    const { blocks } = sent(
      result([section(columns, rows), section(columns, rows, { shape: 'chart', chart, title: subject })]),
    );
    const shown = oneLine(subject);
    for (const each of blocks) {
      if (each.type === 'table')
        expect(each.rows.map(([one]) => one && cellText(one))).toEqual(['subject', shown, 'Cart', '–']);
      if (each.type !== 'data_visualization') continue;
      expect(each.chart.axis_config.categories).toEqual([clipped(shown, 20), 'Cart', '–']);
      expect(each.title).toBe(clipped(shown, 50));
    }
    expect(blocks.map(({ type }) => type)).toEqual(expect.arrayContaining(['table', 'data_visualization']));
  });

  it('stays within Slack’s limits with charts and tables, however much there is', () => {
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`);
    const wide = names.map((name) => ({ ...column(name, 'number'), title: '𝒯'.repeat(40) }));
    const rows = Array.from({ length: 60 }, () => names.map((_, i) => String(i * 1e300)));
    const charts = (['line', 'area', 'stacked_area', 'bar'] as const).map((type) =>
      section(
        [column('x'), ...wide],
        rows.map((row, i) => [`${'👩‍👩‍👧‍👦'.repeat(9)}${i}`, ...row]),
        {
          ...{ shape: 'chart', title: 'T'.repeat(500), chart: { ...DRAWN, type, x: 'x', y: names } },
        },
      ),
    );
    const texts = section(
      names.map((name) => column(name)),
      rows.map(() => names.map(() => '&<>"完'.repeat(50))),
    );
    for (const one of [...charts, texts, section(wide, rows)]) sent(result([one, one, one, one]));
    const all = sent(
      result([...charts, texts, section(wide.slice(0, 3), rows), ...items(['Cart']).sections]),
    );
    expect(seen(all)).toContain('· Cart');
  });

  it('says of one that failed what was wrong, in a short message', () => {
    const { message, problems } = readBlocks(JSON.stringify(toFailureMessage('week', 'no <answer> & more')));
    expect(problems).toEqual([]);
    expect(seen(message)).toBe('The report “week” could not be made: no <answer> & more');
  });
});

const DRAWN = { y: [], percentiles: [], lines: [] };
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u202e\s]+/gu, ' ').trim();
const clipped = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max - 1)}…` : text;
