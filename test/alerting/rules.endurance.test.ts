import { describe, expect, test } from 'vitest';
import { TEAM_ALERTS } from '../../alerting/render.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { type ExpectedAlert, expectStories, type Story } from './promtool.js';
import { type Courses, SITUATIONS, type Situation } from './situations.js';

const GRAFANA = 'https://grafana.example';
const EXPORTER = 'https://bugflow.example';

/** What there is whatever the situation. */
function world({ thresholds = {}, collectors, always }: Situation): Courses {
  const stays = () => 1;
  return {
    ...always,
    bugflow_build_info: stays,
    [`bugflow_external_url_info{name="grafana",url="${GRAFANA}"}`]: stays,
    [`bugflow_external_url_info{name="exporter",url="${EXPORTER}"}`]: stays,
    ...Object.fromEntries(
      [...new Set(['thresholds', 'status_transitions', ...collectors])].map((name) => [
        `bugflow_collector_up{collector="${name}"}`,
        stays,
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(thresholds).map(([name, value]) => [
        `bugflow_threshold{project="shop",name="${name}"}`,
        () => value,
      ]),
    ),
  };
}

function firing(situation: Situation, change: Partial<Record<string, string>> = {}): ExpectedAlert {
  const { alert, items } = situation;
  return {
    labels: { project: 'shop', severity: situation.severity },
    annotations: {
      summary: situation.summary,
      description: situation.description,
      ...(items ? { items: `${items.lines.join('\n')}\n` } : {}),
      report_url: `${EXPORTER}/reports/${situation.report}`,
      runbook_url: `${EXPORTER}/runbooks/${alert}?project=shop`,
      dashboard_url: `${GRAFANA}/d/${situation.dashboard}?var-project=shop&from=now-30d&to=now`,
      ...change,
    },
  };
}

/** All series without samples in some minutes. */
function silent(series: Courses, from: number, to = Number.POSITIVE_INFINITY): Courses {
  return Object.fromEntries(
    Object.entries(series).map(([name, course]) => [
      name,
      (minute: number) => (minute >= from && minute < to ? undefined : course(minute)),
    ]),
  );
}

/** One situation until a minute, another from then on. */
function changed(before: Courses, minute: number, after: Courses): Courses {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...names].map((name) => [name, (at: number) => (at < minute ? before[name]?.(at) : after[name]?.(at))]),
  );
}

/** While nothing comes from Taiga. */
const HELD = {
  description: '(No news from Taiga at the moment: this was so when it was last seen.)',
  items: '',
};

describe.skipIf(!PROMETHEUS_IS_HERE)('the alert (skipped without promtool)', () => {
  describe.each(SITUATIONS.map((situation) => [situation.alert, situation] as const))(
    '%s',
    (alert, situation) => {
      const { at, stepMinutes, items } = situation;
      // Where it takes weeks, most of the time goes into looks at what is as usual.
      const lookMinutes =
        stepMinutes === 1
          ? 1
          : ([8, 4, 2].find((steps) => at % (steps * stepMinutes) === 0) ?? 1) * stepMinutes;
      const exceptional = { ...world(situation), ...situation.exceptional };
      const usual = { ...world(situation), ...situation.usual };
      const over = { ...world(situation), ...(situation.over ?? situation.usual) };
      const fires = [firing(situation)];
      const tell = (...stories: readonly Story[]): Promise<void> =>
        expectStories(alert, stories, stepMinutes, lookMinutes);

      test('fires, is silent just below, and resolves', async () => {
        const later = at + Math.max(30, lookMinutes);
        await tell(
          {
            series: changed(exceptional, later, over),
            expected: {
              [at]: fires,
              [later - lookMinutes]: fires,
              [later + Math.max(30, 2 * lookMinutes)]: [],
            },
          },
          { series: usual, expected: { [at]: [], [later]: [] } },
        );
      });

      // Where looks are hours apart, there is nothing to see of it.
      if (stepMinutes === 1)
        test('bears a missed scrape and a restart, and waits while nothing is known', async () => {
          const { items: _, ...withoutItems } = HELD;
          const held = [firing(situation, items ? HELD : withoutItems)];
          const down = Object.keys(exceptional).filter((name) => name.startsWith('bugflow_collector_up'));
          await tell(
            {
              series: silent(exceptional, at + 2, at + 3),
              expected: { [at + 2]: fires, [at + 3]: fires, [at + 20]: fires },
            },
            {
              series: silent(exceptional, at + 2, at + 6),
              expected: { [at + 5]: fires, [at + 6]: fires, [at + 20]: fires },
            },
            // Where it is unknown whether it is over.
            { series: silent(exceptional, at + 2), expected: { [at + 30]: held, [at + 150]: held } },
            // The numbers were given up: the collector kept failing.
            {
              series: {
                ...silent(exceptional, at + 2),
                ...Object.fromEntries(down.map((name) => [name, (minute: number) => Number(minute < at)])),
                bugflow_build_info: () => 1,
              },
              expected: { [at + 150]: held },
            },
            // Back again, and it is over.
            {
              series: changed(silent(exceptional, at + 2), at + 60, over),
              expected: { [at + 59]: held, [at + 120]: [] },
            },
            // Over, and then a scrape is missed.
            {
              series: silent(changed(exceptional, at + 2, over), at + 12, at + 13),
              expected: { [at + 40]: [] },
            },
            // Over, while a collector is switched off: it is not missed.
            {
              series: {
                ...changed(exceptional, at + 2, over),
                ...Object.fromEntries(down.map((name) => [name, () => undefined])),
              },
              expected: { [at]: fires, [at + 60]: [] },
            },
            // Seen for a moment only.
            {
              series: silent(changed(usual, at, exceptional), at + 3),
              expected: { [at + 5]: [], [at + 60]: [] },
            },
          );
        });

      test('is silent where it is switched off', async () => {
        const off = { [`bugflow_alert_disabled{alert="${alert}",project="shop"}`]: () => 1 };
        const elsewhere = { [`bugflow_alert_disabled{alert="${alert}",project="office"}`]: () => 1 };
        await tell(
          { series: { ...exceptional, ...off }, expected: { [at]: [] } },
          { series: { ...exceptional, ...elsewhere }, expected: { [at]: fires } },
        );
      });

      if (situation.thresholds)
        test('goes by the threshold of the project', async () => {
          const thresholds = Object.keys(exceptional).filter((name) => name.startsWith('bugflow_threshold'));
          const higher = Object.fromEntries(thresholds.map((name) => [name, () => 1e9]));
          await tell({ series: { ...exceptional, ...higher }, expected: { [at]: [] } });
        });
    },
  );
});

test.skipIf(!PROMETHEUS_IS_HERE)(
  'nothing is told of a project in which nothing moved for four weeks (skipped without promtool)',
  async () => {
    const overdue = SITUATIONS.find(({ alert }) => alert === 'TaigaItemsOverdue');
    if (!overdue) throw new Error('it has its situation');
    const at = 30 * 24 * 60;
    const moved = (days: number): Courses => ({
      'taiga_status_transitions_total{project="shop",kind="task",from="A",to="B",transition="started"}': (
        minute,
      ) => Number(minute >= days * 24 * 60),
    });
    const exceptional = { ...world(overdue), ...overdue.exceptional };
    await expectStories(
      overdue.alert,
      [
        { series: { ...exceptional, ...moved(1) }, expected: { [at]: [] } },
        { series: { ...exceptional, ...moved(4) }, expected: { [at]: [firing(overdue)] } },
      ],
      360,
    );
  },
);

test.skipIf(!PROMETHEUS_IS_HERE).each(['TaigaItemsOverdue', 'TaigaWorkStale', 'TaigaWorkUnassigned'])(
  '%s goes on just below what it began with (skipped without promtool)',
  async (alert) => {
    const situation = SITUATIONS.find((each) => each.alert === alert);
    if (!situation) throw new Error('it has its situation');
    const { at, stepMinutes, description } = situation;
    const less = description.replace(/^\d+/, (count) => String(Number(count) - 1));
    const series = changed({ ...world(situation), ...situation.exceptional }, at + 2, {
      ...world(situation),
      ...situation.usual,
    });
    const goesOn = { series, expected: { [at + 120]: [firing(situation, { description: less })] } };
    await expectStories(alert, [goesOn], stepMinutes);
  },
);

test.skipIf(!PROMETHEUS_IS_HERE)(
  'a type that is said today to be one of bugs is no flood of them (skipped without promtool)',
  async () => {
    const inflow = SITUATIONS.find(({ alert }) => alert === 'TaigaBugInflowHigh');
    if (!inflow) throw new Error('it has its situation');
    const saidToday = inflow.at - 24 * 60;
    const incidents: Courses = {
      'taiga_issue_type_info{project="shop",issue_type="Incident",bug="false"}': (minute) =>
        minute < saidToday ? 1 : undefined,
      'taiga_issue_type_info{project="shop",issue_type="Incident",bug="true"}': (minute) =>
        minute < saidToday ? undefined : 1,
      // As many in each week.
      'taiga_issues_created_total{project="shop",issue_type="Incident",severity="Normal"}': (minute) =>
        30 * Math.floor(minute / (7 * 24 * 60)),
    };
    const series = { ...world(inflow), ...inflow.usual, ...incidents };
    await expectStories(inflow.alert, [{ series, expected: { [inflow.at]: [] } }], inflow.stepMinutes);
  },
);

test('each alert of the team has its situation', () => {
  expect(SITUATIONS.map(({ alert }) => alert).toSorted()).toEqual(
    TEAM_ALERTS.map(({ name }) => name).toSorted(),
  );
});
