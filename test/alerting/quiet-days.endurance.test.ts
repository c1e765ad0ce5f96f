import { describe, expect, onTestFinished, test } from 'vitest';
import { TEAM_ALERTS } from '../../alerting/render.js';
import { awake, type TeamAlert } from '../../alerting/team/team-alert.js';
import { createWorkingSeconds } from '../../src/calendar/working-time.js';
import { startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { type Installation, loadInstallation } from '../../src/main/installation.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { hasPostgres, startPostgres } from '../support/postgres.js';
import { DAY_MS, type Firing, messages, pastInPrometheus, replay, type Told, type Window } from './replay.js';

const HOUR_MS = 3_600_000;
const DAYS = 60;
/** How far rules look back: fourteen weeks. */
const LOOK_BACK_DAYS = 100;
/** On a day on which nothing goes wrong nobody is disturbed; this many are borne, over all projects. */
const QUIET = 3;
/** An alert that tells of something new more often in sixty days, over all projects, is noise. */
const HANDFUL = 5;

interface Days {
  readonly firings: readonly Firing[];
  readonly told: readonly Told[];
  /** New messages of each day. */
  readonly perDay: readonly number[];
  /** What fires at the end, when also the list of what needs attention is known. */
  readonly atEnd: readonly string[];
}

/** Prometheus looks more often, but most of the time here goes into looks. */
const LOOK_MS = 2 * HOUR_MS;
/** What it compares are whole weeks, fourteen at each look. */
const LONG_LOOK_MS = 3 * HOUR_MS;
const COMPARES_MANY_WEEKS = 'TaigaBugInflowHigh';

/** The list of what needs attention has none. */
function hasPast({ collectors }: TeamAlert): boolean {
  return !collectors.includes('attention');
}

/** The last sixty days of a Taiga, as its team would have been told of them. */
async function lastDays(installation: Installation, toMs: number): Promise<Days> {
  const fromMs = toMs - DAYS * DAY_MS;
  const past: Window = { fromMs: fromMs - LOOK_BACK_DAYS * DAY_MS, toMs, stepMs: HOUR_MS };
  const prometheus = await pastInPrometheus(installation, past);
  const firings: Firing[] = [];
  const begun: Firing[] = [];
  const atEnd: string[] = [];
  for (const alert of TEAM_ALERTS) {
    if (hasPast(alert)) {
      const stepMs = alert.name === COMPARES_MANY_WEEKS ? LONG_LOOK_MS : LOOK_MS;
      const found = await replay(prometheus, alert, { fromMs, toMs, stepMs });
      firings.push(...found);
      // What was so when the days began is no news.
      begun.push(...found.filter((firing) => firing.fromMs > fromMs + stepMs));
    }
    const projects = Object.keys(await prometheus.valuesAt(awake(alert, alert.expression), toMs));
    atEnd.push(...projects.map((project) => `${alert.name} ${project}`));
  }
  const seconds = createWorkingSeconds(installation.config);
  const told = messages(begun, (atMs) => seconds(atMs + 60_000) > seconds(atMs));
  const perDay = Array.from(
    { length: DAYS },
    (_, day) => told.filter(({ atMs }) => Math.floor((atMs - fromMs) / DAY_MS) === day).length,
  );
  return { firings, told, perDay, atEnd };
}

function expectQuiet({ told, perDay }: Days): void {
  expect(perDay.toSorted((a, b) => a - b)[DAYS / 2]).toBeLessThanOrEqual(QUIET);
  for (const { name } of TEAM_ALERTS)
    expect(told.filter(({ alert }) => alert === name).length, name).toBeLessThanOrEqual(HANDFUL);
  // The same is no news more often than once a day.
  for (const { alert, project, atMs } of told) {
    const again = told.filter(
      (other) => other.alert === alert && other.project === project && Math.abs(other.atMs - atMs) < DAY_MS,
    );
    expect(again, `${alert} of ${project}`).toHaveLength(1);
  }
}

function describeDays({ told, perDay, atEnd }: Days): string {
  const lines = told.map(
    ({ alert, project, atMs }) => `${new Date(atMs).toISOString().slice(0, 16)} ${alert} ${project}`,
  );
  const counts = TEAM_ALERTS.map(
    ({ name }) => `${name}: ${told.filter(({ alert }) => alert === name).length}`,
  );
  return [
    ...lines,
    `new messages of each alert: ${counts.join(', ')}`,
    `new messages a day: ${perDay.join(' ')}`,
    `at the end: ${atEnd.join(', ')}`,
  ].join('\n');
}

const SHOP = 'marialopez-webshop';
const HELPDESK = 'helensmith-helpdesk';
const PLATFORM = 'jonasweber-platform';

/**
 * The worst that happened in the sample's last sixty days, found by hand in its ground truth, and by when somebody should
 * have been told of it.
 */
const BAD_DAYS: readonly (readonly [what: string, alert: string, project: string, by: string])[] = [
  ['sprint 22 ended with 61.5 of 148.5 points open', 'TaigaSprintUnlikelyToFinish', SHOP, '2026-09-26'],
  ['sprint 23 ended with 40 of 100.5 points open', 'TaigaSprintUnlikelyToFinish', SHOP, '2026-10-10'],
  ['sprint 24 ended with 20.5 of 93 points open', 'TaigaSprintUnlikelyToFinish', SHOP, '2026-10-24'],
  ['sprint 25 ended with 37.5 of 105.5 points open', 'TaigaSprintUnlikelyToFinish', SHOP, '2026-11-07'],
  ['sprint 26 has 92.5 of 146.5 points open a day before', 'TaigaSprintUnlikelyToFinish', SHOP, '2026-11-21'],
  ['20 bugs and incidents in the week to 8 October', 'TaigaBugInflowHigh', HELPDESK, '2026-10-09'],
  ['open bugs grew from 30 to 45 in four weeks', 'TaigaOpenBugsGrowing', SHOP, '2026-10-09'],
  ['21 of 113 closings were reopened in September', 'TaigaReopenRateHigh', HELPDESK, '2026-10-01'],
  ['11 of 61 closings were reopened until 11 November', 'TaigaReopenRateHigh', SHOP, '2026-11-13'],
  ['37 of 77 stories came back from review and test', 'TaigaWorkSentBack', PLATFORM, '2026-11-11'],
  ['114 open items are overdue', 'TaigaItemsOverdue', HELPDESK, '2026-11-21'],
  ['nothing has happened to 71 items in progress', 'TaigaWorkStale', HELPDESK, '2026-11-21'],
  ['49 items on hold have no assignee', 'TaigaWorkUnassigned', HELPDESK, '2026-11-21'],
  ['9 stories stand in a cell for 2', 'TaigaWipLimitExceeded', PLATFORM, '2026-11-21'],
];

/** What has no past, and is told of at the end. */
const BAD_AT_THE_END = [
  // Blocked for 89, 18, 16 and 8 days.
  `TaigaItemsBlockedTooLong ${PLATFORM}`,
  `TaigaItemsBlockedTooLong ${HELPDESK}`,
  `TaigaItemsBlockedTooLong ${SHOP}`,
];

test.skipIf(!hasSample || !hasPostgres || !PROMETHEUS_IS_HERE)(
  "the sample's quiet days are quiet, its bad days are heard (skipped without ../shared/taiga, PostgreSQL or prometheus)",
  async () => {
    const cluster = await startPostgres();
    onTestFinished(() => cluster.close());
    await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
    cluster.load(readSampleSql(), 'taiga');
    const env = { TAIGA_DATABASE_URL: cluster.urlWith({ database: 'taiga' }) };
    const days = await lastDays(await loadInstallation({ file: undefined, env }), Date.parse(SAMPLE_NOW));
    console.info(describeDays(days));
    expectQuiet(days);
    for (const [what, alert, project, by] of BAD_DAYS) {
      const byMs = Date.parse(by);
      const heard = days.firings.some(
        (firing) =>
          firing.alert === alert &&
          firing.project === project &&
          firing.fromMs <= byMs &&
          firing.toMs >= byMs - 7 * DAY_MS,
      );
      expect(heard, what).toBe(true);
    }
    expect(days.atEnd).toEqual(expect.arrayContaining(BAD_AT_THE_END));
  },
);

describe.skipIf(!PROMETHEUS_IS_HERE)('the demo (skipped without prometheus)', () => {
  test('has quiet days that are quiet', async () => {
    // Always the same days: what is quiet today need not be so tomorrow.
    const now = new Date('2026-11-27T10:00:00Z');
    const taiga = await startDemoTaiga({ seed: 1, now, paceMs: null });
    onTestFinished(() => taiga.close());
    const installation = await loadInstallation({ file: undefined, env: { TAIGA_DATABASE_URL: taiga.url } });
    const days = await lastDays(installation, now.getTime());
    console.info(describeDays(days));
    expectQuiet(days);
  });
});
