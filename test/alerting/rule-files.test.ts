import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { render, TEAM_ALERTS } from '../../alerting/render.js';
import { boards } from '../../dashboards/boards/index.js';
import { thresholdsSchema } from '../../src/config/thresholds-section.js';
import type { ReportDefinition } from '../../src/reports/definition.js';
import { loadReports } from '../../src/reports/library.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { type Known, knownMetrics, shippedLibrary } from '../dashboards/catalogue.js';
import {
  expectKnownLabels,
  expectKnownMetrics,
  expectTreatedAsWhatTheyAre,
} from '../dashboards/expression-checks.js';
import { understand } from '../dashboards/promql-tree.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = `${ROOT}alerting/rules/`;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const FILES = readdirSync(RULES).map((name) => ({ name, text: readFileSync(RULES + name, 'utf8') }));
const ALERTS = FILES.flatMap(({ text }) => {
  const { groups } = parse(text) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
});
/** What Prometheus itself makes of alerts. */
const OF_PROMETHEUS: ReadonlyMap<string, Known> = new Map([
  ['ALERTS', { nature: 'gauge', labels: ['alertname', 'alertstate', 'severity', 'project'] }],
]);

let reports: readonly ReportDefinition[];
let metrics: ReadonlyMap<string, Known>;
let collectorOf: ReadonlyMap<string, string>;

beforeAll(async () => {
  const library = await shippedLibrary();
  ({ reports } = await loadReports({ shippedFolder: `${ROOT}reports`, ownFiles: [] }, library.relations));
  metrics = new Map([...(await knownMetrics(library)), ...OF_PROMETHEUS]);
  collectorOf = new Map(
    library.collectors.flatMap(({ name, metrics: own }) => own.map((metric) => [metric.name, name] as const)),
  );
});

test('the files are what is generated', () => {
  expect(Object.fromEntries(FILES.map(({ name, text }) => [name, text]))).toEqual(
    Object.fromEntries(render()),
  );
});

test.skipIf(!PROMETHEUS_IS_HERE)('promtool finds nothing wrong (skipped without promtool)', () => {
  const files = FILES.map(({ name }) => RULES + name);
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ...files], {
    encoding: 'utf8',
  });
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
});

describe.each(ALERTS.map((rule) => [rule.alert, rule] as const))('%s', (name, rule) => {
  const questions = [rule.expr, ...Object.values(rule.annotations).flatMap(questionsOf)];

  test('asks for metrics and labels that exist, each as what it is', () => {
    for (const question of questions) {
      const understood = understand(question);
      expect(understood.errors, question).toEqual([]);
      expectKnownMetrics(understood, metrics);
      expectKnownLabels(understood, metrics);
      if (question === rule.expr) expectTreatedAsWhatTheyAre(understood, metrics);
    }
  });

  test('has the labels and annotations of the others', () => {
    expect(['critical', 'warning', 'info', 'none']).toContain(rule.labels.severity);
    expect(Object.keys(rule.annotations).filter((key) => key !== 'items')).toEqual([
      ...['summary', 'description'],
      ...(name.startsWith('Taiga') ? ['report_url'] : []),
      ...['runbook_url', 'dashboard_url'],
    ]);
    expect(rule.annotations.summary).not.toMatch(/[{.]/);
    expect(rule.annotations.runbook_url).toContain(`/runbooks/${name}`);
  });

  test('leads to a dashboard that there is', () => {
    const uids = Object.keys(boards()).map((board) => `bugflow-${board}`);
    expect(uids).toContain(/\/d\/([\w-]+)\?/.exec(rule.annotations.dashboard_url ?? '')?.[1]);
  });

  test('leads to a section of a report that has the items behind it', () => {
    const alert = TEAM_ALERTS.find((each) => each.name === name);
    expect(alert !== undefined).toBe(rule.annotations.report_url !== undefined);
    if (!alert) return;
    const [, path = '', section = ''] =
      /\/reports\/(\w+)\?project=.*#(\w+)\{\{ end \}\}$/.exec(rule.annotations.report_url ?? '') ?? [];
    expect(`${path}#${section}`).toBe(alert.report.leadsTo);
    const report = reports.find((each) => each.name === path);
    const found = report?.sections.find((each) => each.name === section);
    for (const column of ['project', 'kind', 'ref', 'subject'])
      expect(found?.columns.map((each) => each.name)).toContain(column);
  });

  test('misses the collectors whose numbers it is made of', () => {
    const alert = TEAM_ALERTS.find((each) => each.name === name);
    if (!alert) return;
    const used = understand(`${alert.expression} or ${alert.goesOn ?? alert.expression}`).selected.flatMap(
      ({ metric }) => collectorOf.get(metric) ?? [],
    );
    expect([...new Set(used.filter((each) => each !== 'thresholds'))].toSorted()).toEqual(
      alert.collectors.toSorted(),
    );
  });
});

test('each alert has a name of its own and a runbook, and each runbook its alert', () => {
  const names = ALERTS.map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  const runbooks = readdirSync(`${ROOT}docs/runbooks`)
    .filter((file) => file !== 'README.md')
    .map((file) => file.replace(/\.md$/, ''));
  expect(runbooks.toSorted()).toEqual(names.toSorted());
});

test('the table of runbooks has the severities of the rules', () => {
  const table = readFileSync(`${ROOT}docs/runbooks/README.md`, 'utf8');
  for (const { alert, labels } of ALERTS)
    expect(table).toMatch(new RegExp(`\\[${alert}\\]\\(${alert}\\.md\\) \\| ${labels.severity} \\|`));
});

test('each threshold that is compared with can be configured', () => {
  const configured = Object.keys(thresholdsSchema.shape);
  const compared = ALERTS.flatMap(({ expr }) => [...expr.matchAll(/bugflow_threshold\{name="(\w+)"/g)]);
  expect(compared.length).toBeGreaterThan(8);
  for (const [, name] of compared) expect(configured).toContain(name);
});

/** What a text asks Prometheus, with a project in it. */
function questionsOf(text: string): string[] {
  return [...text.matchAll(/query (?:\(printf )?("(?:[^"\\]|\\.)*")/g)].map(([, quoted = '""']) =>
    (JSON.parse(quoted) as string).replaceAll('%[1]q', '"shop"'),
  );
}
