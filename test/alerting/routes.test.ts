import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { AMTOOL_IS_HERE, generated, IF_IT_IS_HERE, SHIPPED_CONFIG } from './alertmanager.js';

type Labels = Readonly<Record<string, string>>;

/** The receivers of an alert, and the times at which it is held back. */
interface Told {
  readonly receivers: string;
  readonly muted: readonly string[];
}

interface Route {
  readonly receiver?: string | undefined;
  readonly matchers: readonly string[];
  readonly mute_time_intervals: readonly string[];
  readonly repeat_interval?: string | undefined;
  readonly routes: readonly Route[];
}
const routeSchema: z.ZodType<Route> = z.object({
  receiver: z.string().optional(),
  matchers: z.array(z.string()).default([]),
  mute_time_intervals: z.array(z.string()).default([]),
  repeat_interval: z.string().optional(),
  get routes() {
    return z.array(routeSchema).default([]);
  },
});

function rootOf(text: string): Route {
  return z.object({ route: routeSchema }).parse(parse(text)).route;
}

/** What Alertmanager's own tool says of labels. */
function receiversOf(file: string, labels: Labels): string {
  const args = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return execFileSync('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

const BOT = `alerting:
  slack: { bot_token_file: /run/secrets/slack_token }
  channels:
    - { project: "shop-*", severity: critical, channel: "#shop-urgent" }
    - { project: "shop-?", channel: "#shop" }
    - { project: "a.b+(c)", channel: "#odd" }
    - { project: "a.b*[x]", channel: "#odder" }
    - { alert: "Bugflow*", channel: "#ops" }
    - { severity: info, channel: "#quiet" }
    - { channel: "#taiga" }
  watchdog_url: https://watchdog.example/1
`;
const HOOKS = `alerting:
  slack: { webhook_url_file: /run/secrets/slack_url }
  channels: [{ project: shop, webhook_url_file: /run/secrets/shop_url }]
`;
const everySeverity = ['critical', 'warning', 'info'];

describe.skipIf(!AMTOOL_IS_HERE)(`routes, by Alertmanager's own tool ${IF_IT_IS_HERE}`, () => {
  test.each([
    ['the shipped file', ''],
    ['nobody', 'calendar: { hours: "00:00-24:00" }'],
    ['channels of a bot', BOT],
    ['webhooks', HOOKS],
    [
      'every day is worked',
      `${HOOKS}calendar: { hours: "00:00-24:00", weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday] }`,
    ],
    [
      'holidays and odd hours',
      `time_zone: America/St_Johns\n${HOOKS}calendar: { hours: "06:30-24:00", holidays: [2026-12-24, "12-25", "02-29", 2028-02-29] }`,
    ],
    ['at any time', `${HOOKS}  quiet: false\n`],
  ])('%s is a configuration that it takes', async (_, yaml) => {
    const file = yaml === '' ? SHIPPED_CONFIG : (await generated(yaml)).file;
    const said = execFileSync('amtool', ['check-config', file], { encoding: 'utf8' });
    expect(said).toContain('SUCCESS');
    expect(said).toContain('1 templates');
  });

  test('each alert goes where the first entry that fits sends it', async () => {
    const { file } = await generated(BOT);
    const expected: Record<string, string> = {};
    const told: Record<string, string> = {};
    const expectAll = (
      alertname: string,
      project: string | undefined,
      receivers: readonly string[],
    ): void => {
      for (const [i, severity] of everySeverity.entries()) {
        const labels = { alertname, severity, ...(project !== undefined && { project }) };
        const name = Object.values(labels).join(' ');
        expected[name] = receivers[i] ?? '';
        told[name] = receiversOf(file, labels);
      }
    };
    const taiga = ['Slack #taiga', 'Slack #taiga', 'Slack #quiet'];
    expectAll('TaigaWorkStale', 'shop-a', ['Slack #shop-urgent', 'Slack #shop', 'Slack #shop']);
    expectAll('TaigaWorkStale', 'shop-ab', ['Slack #shop-urgent', 'Slack #taiga', 'Slack #quiet']);
    // Anchored: neither in front nor behind.
    expectAll('TaigaWorkStale', 'workshop-a', taiga);
    expectAll(
      'TaigaWorkStale',
      'a.b+(c)',
      everySeverity.map(() => 'Slack #odd'),
    );
    expectAll('TaigaWorkStale', 'a.b![y]', taiga);
    expectAll(
      'TaigaWorkStale',
      'a.b![x]',
      everySeverity.map(() => 'Slack #odder'),
    );
    expectAll('TaigaWorkStale', 'aXb![x]', taiga);
    expectAll(
      'BugflowDatabaseDown',
      undefined,
      everySeverity.map(() => 'Slack #ops'),
    );
    expectAll('NotBugflow', undefined, taiga);
    expect(told).toEqual(expected);
    expect(receiversOf(file, { alertname: 'BugflowWatchdog', severity: 'none' })).toBe('watchdog');
    expect(receiversOf(file, { alertname: 'InfoInhibitor', severity: 'none' })).toBe('nobody');
    expect(receiversOf(file, { alertname: 'OurOwn', severity: 'page' })).toBe('Slack #taiga');
  });

  test('webhooks: one of a project, and that of all others', async () => {
    const { file } = await generated(HOOKS);
    for (const severity of everySeverity) {
      expect(receiversOf(file, { alertname: 'A', severity, project: 'shop' })).toBe(
        'Slack /run/secrets/shop_url',
      );
      expect(receiversOf(file, { alertname: 'A', severity, project: 'x' })).toBe(
        'Slack /run/secrets/slack_url',
      );
      expect(receiversOf(SHIPPED_CONFIG, { alertname: 'A', severity })).toBe('Slack /run/secrets/slack_url');
    }
    expect(receiversOf(file, { alertname: 'BugflowWatchdog', severity: 'none' })).toBe('nobody');
  });

  test('without Slack nobody is told, whatever it is', async () => {
    const { file, said } = await generated('alerting: { watchdog_url: "https://watchdog.example" }');
    for (const severity of everySeverity)
      expect(receiversOf(file, { alertname: 'A', severity })).toBe('nobody');
    expect(receiversOf(file, { alertname: 'BugflowWatchdog', severity: 'none' })).toBe('watchdog');
    expect(said.join('\n')).toContain('Nobody is told: alerting.slack is not configured');
  });
});

/** What a severity is held back by, along the first route that fits it. */
function heldBack(route: Route, severity: string): Told & { readonly repeat: string | undefined } {
  const fits = ({ matchers }: Route): boolean =>
    matchers.every((matcher) => matcher === `severity="${severity}"`);
  const found = route.routes.find(fits);
  const below = found && heldBack(found, severity);
  return {
    receivers: below?.receivers || found?.receiver || '',
    muted: below?.muted.length ? below.muted : (found?.mute_time_intervals ?? []),
    repeat: below?.repeat ?? found?.repeat_interval,
  };
}

test('what is critical is never held back; warnings and the rest are, outside working time', async () => {
  for (const yaml of [HOOKS, BOT]) {
    const root = rootOf((await generated(yaml)).text);
    expect(root.mute_time_intervals).toEqual([]);
    expect(heldBack(root, 'critical')).toMatchObject({ muted: [], repeat: undefined });
    expect(heldBack(root, 'warning')).toMatchObject({ muted: ['time off'], repeat: undefined });
    expect(heldBack(root, 'info')).toMatchObject({ muted: ['time off'], repeat: '96h' });
  }
  const anyTime = rootOf((await generated(`${HOOKS}  quiet: false\n`)).text);
  expect(heldBack(anyTime, 'warning').muted).toEqual([]);
  expect(heldBack(anyTime, 'info').muted).toEqual([]);
});

const intervals = z.object({ time_intervals: z.array(z.object({ time_intervals: z.array(z.unknown()) })) });

test.each([
  [
    '',
    [
      {
        times: [
          { start_time: '00:00', end_time: '09:00' },
          { start_time: '17:00', end_time: '24:00' },
        ],
      },
      { weekdays: ['saturday', 'sunday'] },
    ],
  ],
  ['calendar: { hours: "00:00-24:00" }', [{ weekdays: ['saturday', 'sunday'] }]],
  [
    'calendar: { hours: "06:30-24:00", weekdays: [tuesday, thursday], holidays: [2026-12-24, "01-06"] }',
    [
      { times: [{ start_time: '00:00', end_time: '06:30' }] },
      { weekdays: ['monday', 'wednesday', 'friday', 'saturday', 'sunday'] },
      { days_of_month: ['24'], months: ['12'], years: ['2026'] },
      { days_of_month: ['6'], months: ['1'] },
    ],
  ],
])('time off: %j', async (calendar, expected) => {
  const { text } = await generated(`time_zone: Europe/Berlin\n${HOOKS}${calendar}`);
  expect(intervals.parse(parse(text)).time_intervals[0]?.time_intervals).toEqual(
    expected.map((each) => ({ ...each, location: 'Europe/Berlin' })),
  );
});

test('who never rests has no time off', async () => {
  const always = `${HOOKS}calendar: { hours: "00:00-24:00", weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday] }`;
  expect((await generated(always)).text).not.toContain('time_interval');
});

test('newer Alertmanagers are asked to change their messages only where that is wanted', async () => {
  const updating = await generated(`${BOT}  update_messages: true\n`);
  expect(updating.text.match(/update_message: true/g)).toHaveLength(7);
  expect(updating.text).toContain('api_url: https://slack.com/api/chat.postMessage');
  expect((await generated(BOT)).text).not.toContain('update_message');
});
