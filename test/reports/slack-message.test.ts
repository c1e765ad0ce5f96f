import { describe, expect, it } from 'vitest';
import { toFailureMessage, toSlackMessage } from '../../src/reports/posts/slack-message.js';
import type { ReportResult } from '../../src/reports/result.js';
import { column, HOSTILE, result, section } from './made-up-result.js';
import { readBlocks, seen } from './slack-blocks.js';

const ITEM_COLUMNS = ['project', 'kind', 'ref', 'subject'].map((name) => column(name));
const PAGE = 'https://bugflow.example.org/reports/mine?from=2026-03-01';

/** What is sent, after Slack has looked at it. */
const sent = (found: ReportResult, page: string | undefined = PAGE) => {
  const { message, problems } = readBlocks(JSON.stringify(toSlackMessage(found, page)));
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
      expect(JSON.stringify(toSlackMessage(items(['Cart']), page))).not.toContain('"button"');
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

  it('says of one that failed what was wrong, in a short message', () => {
    const { message, problems } = readBlocks(JSON.stringify(toFailureMessage('week', 'no <answer> & more')));
    expect(problems).toEqual([]);
    expect(seen(message)).toBe('The report “week” could not be made: no <answer> & more');
  });
});
