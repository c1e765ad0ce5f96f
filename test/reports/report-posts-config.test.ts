import { expect, test } from 'vitest';
import { loadInstallation } from '../../src/main/installation.js';
import type { ReportPost } from '../../src/reports/posts/report-post.js';
import { errorOf, folderWith } from '../unit/helpers.js';

const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@localhost/taiga' };

async function load(yaml: string): Promise<readonly ReportPost[]> {
  const folder = await folderWith({ 'bugflow.yaml': yaml });
  return (await loadInstallation({ file: `${folder}/bugflow.yaml`, env })).posts;
}

const WEBHOOK = 'webhook_url: https://hooks.example.org/x';

test('a post has what the file says, and else what the report and the configuration say', async () => {
  const posts = await load(`time_zone: Europe/Berlin
slack: { bot_token_file: token }
reports:
  - { report: week, schedule: "0 9 * * mon", channel: "#team" }
  - report: flow_of_the_day
    projects: [shop, lanes]
    period: yesterday
    schedule: "30 8 * * 1-5"
    time_zone: America/New_York
    missed: skip
    only_when: { section: flow_summary, column: count, above: 20 }
    webhook_url_file: /run/secrets/hook
`);
  expect(posts).toMatchObject([
    {
      name: 'week of all projects into #team at 0 9 * * mon',
      request: { report: 'week', projects: [], period: { name: undefined } },
      timeZone: 'Europe/Berlin',
      missed: 'late',
      attach: 'auto',
      onlyWhen: undefined,
      target: {
        kind: 'bot',
        apiUrl: 'https://slack.com/api',
        channel: '#team',
        token: { file: expect.stringMatching(/\/token$/) },
      },
    },
    {
      request: { report: 'flow_of_the_day', projects: ['shop', 'lanes'], period: { name: 'yesterday' } },
      timeZone: 'America/New_York',
      missed: 'skip',
      onlyWhen: { section: 'flow_summary', number: { column: 'count', above: 20 } },
      target: { kind: 'webhook', url: { file: '/run/secrets/hook' } },
    },
  ]);
});

test('one report can go to several webhooks at the same time', async () => {
  const posts = await load(`reports:
  - { report: week, schedule: "0 9 * * 1", webhook_url_file: hooks/shop }
  - { report: week, schedule: "0 9 * * 1", webhook_url_file: hooks/lanes }
  - { report: week, schedule: "0 9 * * 1", webhook_url: https://hooks.example.org/x }
`);
  expect(posts.map(({ name }) => name)).toEqual([
    'week of all projects into webhook shop at 0 9 * * 1',
    'week of all projects into webhook lanes at 0 9 * * 1',
    expect.stringMatching(/^week of all projects into webhook [0-9a-f]{8} at 0 9 \* \* 1$/),
  ]);
});

const entry = (text: string): string => `reports:\n  - { ${text} }\n`;
const week = `report: week, schedule: "0 9 * * 1"`;

test.each([
  [
    'an unknown report',
    entry(`report: weekly, schedule: "0 9 * * 1", ${WEBHOOK}`),
    /reports\[0\]: there is no report "weekly"; known are .*\bweek\b/,
  ],
  [
    'a bad schedule',
    entry(`report: week, schedule: "9 o'clock", ${WEBHOOK}`),
    /reports\[0\]: "9 o'clock" is not a cron expression/,
  ],
  [
    'a report about an item',
    entry(`report: item, schedule: "0 9 * * 1", projects: [shop], ${WEBHOOK}`),
    /reports\[0\]: the report item is about one item, and cannot be posted/,
  ],
  ['an unknown zone', entry(`${week}, ${WEBHOOK}, time_zone: Mars`), /"Mars" is not a time zone/],
  [
    'an unknown period',
    entry(`${week}, ${WEBHOOK}, period: last year`),
    /reports\[0\]: there is no period "last year"; known are today,/,
  ],
  [
    'the last sprint of all projects',
    entry(`${week}, ${WEBHOOK}, period: last sprint`),
    /reports\[0\]: the period "last sprint" is that of one project; name it: projects: \[SLUG\]/,
  ],
  ['no target', entry(week), /reports\[0\]: say where it goes: channel/],
  [
    'two targets',
    entry(`${week}, ${WEBHOOK}, channel: "#team"`),
    /reports\[0\]: a webhook posts into its own channel/,
  ],
  [
    'both forms of a secret',
    entry(`${week}, ${WEBHOOK}, webhook_url_file: hook`),
    /reports\.0\.webhook_url and reports\.0\.webhook_url_file are both given/,
  ],
  [
    'a channel without a token',
    entry(`${week}, channel: "#team"`),
    /reports\[0\]: channel needs slack\.bot_token_file/,
  ],
  ['a bad channel', entry(`${week}, channel: team`), /write a channel like #taiga/],
  [
    'an unknown section',
    entry(`${week}, ${WEBHOOK}, only_when: { section: nothing }`),
    /the report week has no section "nothing", only in_and_out, by_day/,
  ],
  [
    'a column that is no number',
    entry(`${week}, ${WEBHOOK}, only_when: { section: blocked, column: subject, above: 1 }`),
    /the section blocked has no column "subject" that is a number, only age/,
  ],
  [
    'a number without a threshold',
    entry(`${week}, ${WEBHOOK}, only_when: { section: in_and_out, column: net }`),
    /only_when: a number needs `column`, and either `above` or `below`/,
  ],
  [
    'a threshold without a number',
    entry(`${week}, ${WEBHOOK}, only_when: { section: in_and_out, above: 1 }`),
    /only_when: a number needs `column`/,
  ],
  [
    'a file for a webhook',
    entry(`${week}, ${WEBHOOK}, attach: pdf`),
    /reports\[0\]: a webhook takes no files; use channel/,
  ],
  ['an unknown file', entry(`${week}, ${WEBHOOK}, attach: gif`), /attach/],
  [
    'the same twice',
    `reports:\n  - { ${week}, ${WEBHOOK} }\n  - { ${week}, ${WEBHOOK} }\n`,
    /reports\[1\]: the same post is there twice/,
  ],
])('%s is refused with the line', async (_, yaml, message) => {
  const error = await errorOf(() => load(yaml));
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/bugflow\.yaml:[23]: /);
  expect(error.message).not.toContain('hooks.example.org');
});
