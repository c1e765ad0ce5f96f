import { describe, expect, onTestFinished, test } from 'vitest';
import { backfill } from '../../src/main/backfill.js';
import { loadInstallation } from '../../src/main/installation.js';
import { type MetricsServer, PROMETHEUS_IS_HERE, startPrometheus } from '../backfill/servers.js';
import { type Answer, type Choice, openDashboard } from '../dashboards/as-grafana.js';
import { pastOf, shippedLibrary } from '../dashboards/catalogue.js';
import { COMMITTED, type Expression } from '../dashboards/dashboards.js';
import { understand } from '../dashboards/promql-tree.js';
import { substitute, TYPICAL } from '../dashboards/substitute.js';
import { eventually } from '../support/eventually.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { hasPostgres, startPostgres } from '../support/postgres.js';
import { folderWith } from '../unit/helpers.js';
import { startDemoInPrometheus } from './demo-in-prometheus.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const STEP_MS = 5 * MINUTE_MS;
/** Of the sample's year, which is asked for each project: a sixth of the samples, for a Prometheus that looks back as far. */
const SAMPLE_STEP_MS = 30 * MINUTE_MS;

/** Questions to which nothing is a good answer, and why. Each begins with the dashboard and the panel's number. */
const MAY_BE_EMPTY: readonly (readonly [where: RegExp, reason: string])[] = [
  [/^team-wall: 4 .*\(B\)/, 'the board of the team with sprints has no limits'],
  [/^team-wall: 5 .*\([AB]\)/, 'either something is over its service level, or all are younger'],
  [/^team-wall: 5 .*\(C\)/, 'the exporter runs'],
  [/^team-wall: 6 .*\(B\)/, 'at this hour of the demo nothing may be blocked'],
  [/^exporter: 3 /, 'the demo needs no SSH tunnel'],
  [/^exporter: 5 .*\(B\)/, 'the demo has no web configuration file'],
  [/^exporter: 6 /, 'history is verified in the background after the start'],
  [/^exporter: 10 .*\(E\)/, 'no collector fails'],
  [/^exporter: 12 /, 'no collector fails'],
  [/^exporter: (11|13|14|2[1-4]) /, 'the service itself has no past, and its first step is still to come'],
  [/^exporter: 20 /, 'there is no replica'],
  [/annotation Alerts$/, 'no alerting rules are loaded here'],
];

function mayBeEmpty({ where }: Expression): boolean {
  return MAY_BE_EMPTY.some(([pattern]) => pattern.test(where));
}

function complaints(answers: readonly Answer[], isExpected: (expression: Expression) => boolean): string[] {
  return answers.flatMap(({ expression, query, error, series }) => {
    if (error !== undefined) return [`${expression.where}: ${error}\n${query}`];
    const isThere = series.some(({ values }) => values.some(Number.isFinite));
    return isThere || !isExpected(expression) ? [] : [`${expression.where} is empty\n${query}`];
  });
}

/** For people: which panels are slow. */
function tellSlowest(title: string, answers: readonly Answer[]): void {
  const slowest = [...answers].sort((one, other) => other.tookMs - one.tookMs).slice(0, 5);
  const lines = slowest.map(({ expression, tookMs }) => `  ${Math.round(tookMs)} ms  ${expression.where}`);
  process.stdout.write(`${title}: ${answers.length} questions, the slowest:\n${lines.join('\n')}\n`);
}

async function values(server: MetricsServer, query: string, label: string, nowS: number): Promise<string[]> {
  const response = await fetch(
    `${server.url}/api/v1/query?${new URLSearchParams({ query, time: String(nowS) })}`,
  );
  const body = (await response.json()) as { data: { result: { metric: Record<string, string> }[] } };
  return body.data.result.map(({ metric }) => metric[label] ?? '');
}

/** As Grafana's variables choose by default, for these projects. */
async function choiceOf(server: MetricsServer, project: string, nowS: number): Promise<Choice> {
  const of = `project=~"${project}"`;
  const bugs = await values(server, `taiga_issue_type_info{${of},bug="true"}`, 'issue_type', nowS);
  const [sprint = ''] = await values(server, `taiga_sprint_info{${of},state="current"}`, 'sprint', nowS);
  const [some = ''] = await values(server, `taiga_sprint_points{${of}}`, 'sprint', nowS);
  return {
    project,
    bugType: `(${[...new Set(bugs)].join('|')})`,
    sprint: sprint || some,
    kind: '(userstory|issue)',
  };
}

describe.skipIf(!PROMETHEUS_IS_HERE)('dashboards in a real Prometheus (skipped without prometheus)', () => {
  test("have data everywhere on the demo's year", async () => {
    const { prometheus } = await startDemoInPrometheus(STEP_MS, '5s');
    // Panels ask for the whole second before now; by then every collector must have been scraped.
    const { collectors } = await shippedLibrary();
    const scraped = `count(bugflow_collector_up offset 10s == 1) == ${collectors.length}`;
    await eventually(async () => {
      expect(await values(prometheus, scraped, 'nothing', Date.now() / 1000)).toEqual(['']);
    });

    const nowS = Date.now() / 1000;
    const all: Answer[] = [];
    const [withSprint = ''] = await values(prometheus, 'taiga_sprint_info{state="current"}', 'project', nowS);
    for (const committed of COMMITTED) {
      // A sprint is of one project.
      const project = ['sprint', 'team-wall'].includes(committed.name) ? withSprint : '.+';
      const choice = await choiceOf(prometheus, project, nowS);
      const answers = await openDashboard(prometheus.url, committed, choice, nowS);
      expect(complaints(answers, (expression) => !mayBeEmpty(expression))).toEqual([]);
      expectWholeWeeks(answers);
      all.push(...answers);
    }
    tellSlowest("the demo's year", all);
  });

  test.skipIf(!hasSample || !hasPostgres)(
    "have what history tells on the sample's year, for each project (skipped without ../shared/taiga or PostgreSQL)",
    async () => {
      const cluster = await startPostgres();
      onTestFinished(() => cluster.close());
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
      const source = {
        file: undefined,
        env: { TAIGA_DATABASE_URL: cluster.urlWith({ database: 'taiga' }) },
      };
      const data = await folderWith({});
      const end = Math.floor(Date.parse(SAMPLE_NOW) / SAMPLE_STEP_MS) * SAMPLE_STEP_MS;
      await backfill(await loadInstallation(source), {
        from: new Date(end - 370 * DAY_MS),
        to: new Date(end),
        stepMs: SAMPLE_STEP_MS,
        target: { prometheusData: data },
        includeRecent: true,
        now: new Date(SAMPLE_NOW),
        print: () => undefined,
      });
      const prometheus = await startPrometheus(data, {
        flags: ['--storage.tsdb.retention.time=5y', `--query.lookback-delta=${SAMPLE_STEP_MS / MINUTE_MS}m`],
      });
      onTestFinished(() => prometheus.stop());

      const nowS = end / 1000;
      const hasPast = pastOf(await shippedLibrary());
      const projects = [
        ...new Set(await values(prometheus, 'taiga_items_created_total', 'project', nowS)),
      ].sort();
      expect(projects.length).toBeGreaterThan(1);
      const all: Answer[] = [];
      const found = new Set<string>();
      for (const project of projects) {
        const choice = { ...(await choiceOf(prometheus, project, nowS)), bugType: '.+' };
        for (const committed of COMMITTED) {
          const answers = await openDashboard(prometheus.url, committed, choice, nowS);
          expect(complaints(answers, () => false)).toEqual([]);
          expectWholeWeeks(answers);
          for (const { expression, series } of answers) if (series.length > 0) found.add(expression.where);
          all.push(...answers);
        }
      }
      // What all of an expression's metrics have a past for, has one for some project.
      const missing = all.filter(({ expression }) => {
        const { selected } = understand(substitute(expression.text, TYPICAL));
        return selected.every(({ metric }) => hasPast(metric)) && !found.has(expression.where);
      });
      expect([...new Set(missing.map(({ expression }) => expression.where))]).toEqual([]);
      tellSlowest(`the sample's year, ${projects.length} projects`, all);
    },
  );
});

/** A week's count is a whole number. */
function expectWholeWeeks(answers: readonly Answer[]): void {
  for (const { expression, query, series } of answers) {
    if (
      !query.includes('day_of_week') ||
      /limit|mean|points/i.test(`${expression.legend} ${expression.where}`)
    )
      continue;
    const broken = series.flatMap(({ values: all }) => all.filter((value) => !Number.isInteger(value)));
    expect(broken, expression.where).toEqual([]);
  }
}
