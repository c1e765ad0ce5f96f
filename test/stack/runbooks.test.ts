import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { marked, type Tokens } from 'marked';
import { beforeAll, describe, expect, test } from 'vitest';
import { TEAM_ALERTS } from '../../alerting/render.js';
import { type Config, loadConfig } from '../../src/config/config.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { type Known, knownMetrics, shippedLibrary } from '../dashboards/catalogue.js';
import { committed } from '../dashboards/dashboards.js';
import {
  expectKnownLabels,
  expectKnownMetrics,
  expectTreatedAsWhatTheyAre,
} from '../dashboards/expression-checks.js';
import { understand } from '../dashboards/promql-tree.js';
import { folderWith } from '../unit/helpers.js';

const FOLDER = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));
const HEADINGS = ['What it means', 'How to look', 'What usually helps', 'Tune it or switch it off'];

interface Page {
  readonly name: string;
  readonly text: string;
}

const PAGES: readonly Page[] = readdirSync(FOLDER)
  .sort()
  .map((file) => ({ name: file.replace(/\.md$/, ''), text: readFileSync(FOLDER + file, 'utf8') }));
const RUNBOOKS = PAGES.filter(({ name }) => name !== 'README');
const QUERIES = PAGES.flatMap(({ name, text }) =>
  blocks(text, 'promql').map((query, i) => ({ where: `${name}, query ${i + 1}`, query })),
);

function blocks(text: string, language: string): string[] {
  const found: string[] = [];
  marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type === 'code' && token.lang === language) found.push((token as Tokens.Code).text);
  });
  return found;
}

async function configured(yaml: string): Promise<Config> {
  const folder = await folderWith({ 'bugflow.yaml': yaml });
  const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@127.0.0.1/taiga' };
  return loadConfig({ file: `${folder}/bugflow.yaml`, env });
}

let metrics: ReadonlyMap<string, Known>;

beforeAll(async () => {
  metrics = await knownMetrics(await shippedLibrary());
});

test('the table has each runbook, and nothing else', () => {
  const table = PAGES.find(({ name }) => name === 'README')?.text ?? '';
  const rows = [...table.matchAll(/^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \|/gm)];
  expect(rows.map(([, name]) => name).toSorted()).toEqual(RUNBOOKS.map(({ name }) => name));
  for (const [row, name, file, severity] of rows) {
    expect(file, row).toBe(name);
    expect(['critical', 'warning', 'info', 'none'], row).toContain(severity);
  }
});

describe.each(RUNBOOKS)('the runbook of $name', ({ name, text }) => {
  test('has the same headings as the others', () => {
    const headings = [...text.matchAll(/^(#+) (.*)$/gm)].map(([, level, title]) => `${level} ${title}`);
    expect(headings).toEqual([`# ${name}`, ...HEADINGS.map((title) => `## ${title}`)]);
  });

  test('is short, and shows a query and a dashboard', () => {
    expect(text.split('\n').length).toBeLessThan(56);
    expect(blocks(text, 'promql').length).toBeGreaterThan(0);
    expect(text).toMatch(/\]\(\.\.\/\.\.\/dashboards\/json\/[a-z-]+\.json\)/);
  });

  test('names panels that the dashboard has', () => {
    for (const paragraph of text.split('\n\n')) {
      const [, dashboard] = /\/json\/([a-z-]+)\.json\)/.exec(paragraph) ?? [];
      if (dashboard === undefined) continue;
      const titles = committed(dashboard).panels.map(({ title }) => title);
      const named = [...paragraph.matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)].map(([, title = '']) => title);
      for (const title of named) expect(titles).toContain(title.replaceAll('\n', ' '));
    }
  });

  test('leads to the report that lists the items, as the message does', () => {
    const alert = TEAM_ALERTS.find((each) => each.name === name);
    const links = [...text.matchAll(/\]\(\.\.\/\.\.\/reports\/(\w+)\.yaml#(\w+)\)/g)].map(
      ([, report, section]) => `${report}#${section}`,
    );
    expect(links).toEqual(alert ? [alert.report.leadsTo] : []);
  });

  test('asks for one project where it is about a team', () => {
    for (const query of blocks(text, 'promql')) {
      if (name.startsWith('Taiga')) expect(query).toContain('project="PROJECT"');
      else expect(query).not.toContain('PROJECT');
    }
  });

  test('shows configuration that is right, with the thresholds as they are by default', async () => {
    const defaults = (await configured('')).thresholds.rules;
    expect(blocks(text, 'yaml')).not.toEqual([]);
    for (const yaml of blocks(text, 'yaml')) {
      const { thresholds } = await configured(yaml);
      const forAll = thresholds.rules.filter(({ project }) => project === '*');
      expect(forAll).toEqual(defaults);
    }
  });

  test('names alerts that there are', () => {
    const named = [...text.matchAll(/\b(?:Taiga|Bugflow)(?:[A-Z][a-z]+){2,}\b/g)].map(([alert]) => alert);
    for (const alert of named) expect(RUNBOOKS.map((each) => each.name)).toContain(alert);
  });
});

describe.each(QUERIES)('$where', ({ query }) => {
  const understood = understand(query);

  test('is PromQL', () => expect(understood.errors).toEqual([]));

  test('uses metrics of the catalogue', () => expectKnownMetrics(understood, metrics));

  test('uses their labels', () => expectKnownLabels(understood, metrics));

  test('treats them as what they are', () => expectTreatedAsWhatTheyAre(understood, metrics));
});

test.skipIf(!PROMETHEUS_IS_HERE)('Prometheus takes each query (skipped without promtool)', async () => {
  const rules = QUERIES.map(({ query }, i) => ({ record: `query_${i}`, expr: query }));
  const folder = await folderWith({ 'queries.yml': JSON.stringify({ groups: [{ name: 'all', rules }] }) });
  const { status, stderr } = spawnSync('promtool', ['check', 'rules', 'queries.yml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: '' });
});
