import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { eventually } from '../support/eventually.js';
import { HANG_MS } from '../support/hang.js';
import { hasPostgres } from '../support/postgres.js';
import { ALERTMANAGER_IS_HERE } from './alertmanager.js';
import {
  alertsIn,
  type CrisisStack,
  inhibitedIn,
  type Line,
  type PrometheusAlert,
  startCrisis,
} from './crisis-stack.js';
import { cleanUp, NASTY } from './crisis-taiga.js';
import { shown } from './slack-message.js';
import { inWords, type Told, toldBy } from './told.js';

/**
 * How many times as fast as usual Prometheus and Alertmanager live (hurry.ts). Five minutes become ten seconds, which is
 * as short as an attempt of Alertmanager can be. With 1 it all takes as long as it does, two hours.
 */
const ASKED_FACTOR = process.env.BUGFLOW_TEST_CRISIS_FACTOR;
const FACTOR = Number(ASKED_FACTOR ?? 30);
const minutes = (count: number): number => (count * 60_000) / FACTOR;
const LIMIT_MS = HANG_MS + minutes(60);

const ARE_HERE = hasPostgres && PROMETHEUS_IS_HERE && ALERTMANAGER_IS_HERE;

const CRISIS = [
  '#shop TaigaItemsBlockedTooLong warning shop',
  '#shop TaigaItemsOverdue warning shop',
  '#shop TaigaWipLimitExceeded warning shop',
  '#shop-urgent TaigaCriticalBugUntriaged critical shop',
  '#taiga TaigaItemsOverdue warning office',
  '#taiga TaigaWorkUnassigned info office',
];
const DEAD = '#ops BugflowDatabaseDown critical';
const over = (told: readonly string[]): string[] => told.map((words) => `${words} over`);

describe.skipIf(!ARE_HERE)(
  'a crisis (skipped without PostgreSQL, prometheus, promtool and prometheus-alertmanager)',
  () => {
    test('each problem is told once and where it belongs, and once that it is over, whatever Slack does', {
      timeout: 30 * 60_000 + minutes(150),
    }, async () => {
      const stack = await startCrisis(FACTOR);
      const { postgres, service, prometheus, lines } = stack;
      const clock = startClock();

      const first = badSpell(lines);
      await areTold(lines, CRISIS);
      clock('the crisis is told');
      for (const { slack } of lines) expectTexts(toldBy(slack));
      await first;
      await areFlushed(lines, CRISIS.length);
      await areTold(lines, CRISIS);

      const second = badSpell(lines);
      await postgres.stop();
      clock('the database dies');
      await areTold(lines, [...CRISIS, DEAD]);
      clock('it is told');
      await second;
      await eventually(() => expectBlindness(stack), undefined, LIMIT_MS);
      clock('nothing is known any more');
      await areFlushed(lines, CRISIS.length + 1);
      await areTold(lines, [...CRISIS, DEAD]);

      await postgres.start();
      clock('the database is back');
      // A collector tries a database that is away once a minute at least: in a hurry that would be half an hour.
      if (FACTOR > 1) service.signal('SIGHUP');
      const deadAndBack = [...CRISIS, DEAD, ...over([DEAD])];
      await areTold(lines, deadAndBack);
      clock('it is told');
      await eventually(async () => expectSight(await alertsIn(prometheus)), undefined, LIMIT_MS);
      await areFlushed(lines, CRISIS.length);
      await areTold(lines, deadAndBack);

      const third = badSpell(lines);
      await cleanUp(postgres);
      clock('the team cleans up');
      const all = [...deadAndBack, ...over(CRISIS)];
      await areTold(lines, all);
      clock('all is told to be over');
      await third;
      for (const { slack } of lines) expectEnds(toldBy(slack));
      // Where nothing fires, or is about to, nothing is told.
      await eventually(async () => expect(await alertsIn(prometheus)).toEqual([]), undefined, LIMIT_MS);
      await areEvaluated(stack, 3);
      await areTold(lines, all);
      clock('it is quiet');
      for (const { slack, name } of lines)
        for (const { problems, message } of slack.posts)
          expect(problems, `${name}: ${JSON.stringify(message)}`).toEqual([]);
      clock(lines.map(({ name, slack }) => `${name}: ${slack.posts.length} attempts`).join(', '));
    });
  },
);

/** Whoever asks for another pace wants to know what takes how long. */
function startClock(): (event: string) => void {
  const startedAt = performance.now();
  return (event) => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    if (ASKED_FACTOR !== undefined) process.stderr.write(`${seconds} s: ${event}\n`);
  };
}

/** Each Slack has been told this, and nothing else. */
async function areTold(lines: readonly Line[], expected: readonly string[]): Promise<void> {
  for (const { slack, name } of lines)
    await eventually(
      () => expect(inWords(toldBy(slack)), name).toEqual(expected.toSorted()),
      () => {
        const [extra] = surplus(inWords(toldBy(slack)), expected);
        return extra && `by ${name} is told, too: ${extra}`;
      },
      LIMIT_MS,
    );
}

function surplus(told: readonly string[], expected: readonly string[]): string[] {
  const rest = [...expected];
  return told.filter((words) => {
    const at = rest.indexOf(words);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

function names(told: readonly string[]): string[] {
  return told
    .map((words) => words.split(' '))
    .map(([, alert = '', , project = '']) => `${alert} ${project}`)
    .toSorted();
}

/**
 * For five minutes from the first attempt on, those Slacks that have bad days have one. Those that answer 500 have it a
 * little longer: after five minutes Alertmanager gives an attempt up and begins the next, and what gets through at that
 * very moment is told again.
 */
async function badSpell(lines: readonly Line[]): Promise<void> {
  await Promise.all(
    lines.map(async ({ slack, badMood }) => {
      if (!badMood) return;
      const before = slack.posts.length;
      slack.setMood(badMood);
      await eventually(() => expect(slack.posts.length).toBeGreaterThan(before), undefined, LIMIT_MS);
      await sleep(minutes(badMood.kind === 'broken' ? 6.5 : 5));
      slack.setMood({ kind: 'well' });
    }),
  );
}

/** Each Alertmanager has asked itself of each problem that is not over whether there is something to tell. */
async function areFlushed(lines: readonly Line[], problems: number): Promise<void> {
  await Promise.all(
    lines.map(async ({ alertmanager }) => {
      const asked = (): Promise<number> => alertmanager.metric('alertmanager_nflog_queries_total');
      const enough = (await asked()) + problems + 1;
      await eventually(async () => expect(await asked()).toBeGreaterThanOrEqual(enough), undefined, LIMIT_MS);
    }),
  );
}

/** Prometheus has looked at the rules so many times. */
async function areEvaluated({ prometheus }: CrisisStack, times: number): Promise<void> {
  const iterations = async (): Promise<number> => {
    const text = await (await fetch(`${prometheus.url}/metrics`)).text();
    const counts = [...text.matchAll(/^prometheus_rule_group_iterations_total\{.*\} (\S+)$/gm)];
    return Math.min(...counts.map(([, count]) => Number(count)));
  };
  const before = await iterations();
  await eventually(
    async () => expect(await iterations()).toBeGreaterThanOrEqual(before + times),
    undefined,
    LIMIT_MS,
  );
}

/** Nothing is known any more: what fired goes on, and what fires because of the database is not told. */
async function expectBlindness({ prometheus, lines }: CrisisStack): Promise<void> {
  const alerts = await alertsIn(prometheus);
  const firing = alerts.filter(({ isFiring }) => isFiring).map(({ name }) => name);
  const collectors = ['BugflowCollectorFailing', 'BugflowCollectorStale'];
  expect(firing.toSorted()).toEqual([...names(CRISIS), 'BugflowDatabaseDown', ...collectors].toSorted());
  for (const { name, value, annotations } of alerts) {
    if (!name.startsWith('Taiga')) continue;
    expect([name, value, annotations.description]).toEqual([
      name,
      -1,
      '(No news from Taiga at the moment: this was so when it was last seen.)',
    ]);
  }
  for (const { alertmanager } of lines) expect(await inhibitedIn(alertmanager)).toEqual(collectors);
}

/** Everything is known again: all fires that fired before, by its own numbers, and nothing else. */
function expectSight(alerts: readonly PrometheusAlert[]): void {
  expect(alerts.map(({ name }) => name).toSorted()).toEqual(names(CRISIS));
  for (const { isFiring, value } of alerts) expect([isFiring, value > 0]).toEqual([true, true]);
}

function expectEnds(told: readonly Told[]): void {
  for (const { isOver, message } of told) {
    if (!isOver) continue;
    expect(message.color).toBe('#2eb67d');
    expect(shown(message.text)).toMatch(/^Over since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
    expect(message.fields[0]?.title).toBe('It lasted');
  }
  const dead = told.filter(({ alert }) => alert === 'BugflowDatabaseDown').map(({ message }) => message);
  expect(dead.map(({ title }) => title)).toEqual([
    "🔴 Taiga's database cannot be read",
    "✅ Over: Taiga's database cannot be read",
  ]);
  expect(dead[0]?.actions[0]).toMatchObject({
    text: 'Runbook',
    url: 'https://bugflow.example/runbooks/BugflowDatabaseDown',
  });
}

function expectTexts(told: readonly Told[]): void {
  const of = (alert: string, project: string): Told['message'] => {
    const found = told.find((each) => each.alert === alert && each.project === project);
    if (!found) throw new Error(`${alert} of ${project} is not told`);
    return found.message;
  };
  const lines = (message: Told['message']): string[] => shown(message.fields[0]?.value ?? '').split('\n');
  const items = (message: Told['message']): string[] => lines(message).slice(0, -1);
  const lead = (message: Told['message']): string => shown(message.text).split('\n')[0] ?? '';

  const critical = of('TaigaCriticalBugUntriaged', 'shop');
  expect(critical.title).toBe('🔴 shop: Critical bugs wait for somebody to look at them');
  // Of thirty: the exporter lists five.
  expect(lead(critical)).toBe(
    '5 or more critical bugs without assignee and decision for longer than thresholds.critical_untriaged_after.',
  );
  expect(items(critical)).toHaveLength(5);
  expect(items(critical)[0]).toBe(
    `• [#101 ${NASTY.replace('|', '¦')}](https://taiga.example/project/shop/issue/101) (2d)`,
  );
  expect(lines(critical).at(-1)).toBe('[All items](https://bugflow.example/reports/bugs?project=shop#open)');
  expect(critical.actions.map(({ text, url }) => [text, decodeURIComponent(url)])).toEqual([
    ['Runbook', 'https://bugflow.example/runbooks/TaigaCriticalBugUntriaged?project=shop'],
    ['Dashboard', 'https://grafana.example/d/bugflow-bug-flow?var-project=shop&from=now-30d&to=now'],
    [
      'Silence',
      'https://alerts.example/#/silences/new?filter={alertname="TaigaCriticalBugUntriaged",project="shop"}',
    ],
  ]);

  const blocked = of('TaigaItemsBlockedTooLong', 'shop');
  expect(lead(blocked)).toBe('3 items blocked for longer than thresholds.blocked_after.');
  expect(items(blocked).toSorted()).toEqual(
    [1, 2, 3].map((i) => `• [#${i} Pay by card, part ${i}](https://taiga.example/project/shop/us/${i}) (4d)`),
  );
  expect(lead(of('TaigaItemsOverdue', 'shop'))).toBe('5 open items overdue.');
  expect(lead(of('TaigaItemsOverdue', 'office'))).toBe('4 open items overdue.');
  expect(lead(of('TaigaWorkUnassigned', 'office'))).toBe('4 items in progress without assignee.');
  expect(lead(of('TaigaWipLimitExceeded', 'shop'))).toBe(
    'Over the limit now, one of them for longer than thresholds.over_wip_limit_after: Doing (3);',
  );
}
