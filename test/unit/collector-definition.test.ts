import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CollectorDefinition, DEFAULT_BUCKETS, readCollector } from '../../src/collectors/definition.js';
import { errorOf, folderWith } from './helpers.js';

const GOOD = `collector: deploys
description: Deploys of the team.
relations: [project]
metrics:
  - name: team_deploys
    type: gauge
    help: Deploys of the team.
    labels: [project, environment]
    value: deploys
now: |
  SELECT project, environment, deploys
  FROM deploys
`;

async function read(text: string): Promise<CollectorDefinition> {
  const folder = await folderWith({ 'deploys.yaml': text });
  return readCollector(join(folder, 'deploys.yaml'), false);
}

/** The error after one line of the good file was replaced. */
async function messageAfter(line: string, replacement: string): Promise<string> {
  expect(GOOD).toContain(`${line}\n`);
  const error = await errorOf(read(GOOD.replace(`${line}\n`, replacement === '' ? '' : `${replacement}\n`)));
  expect(error.code).toBe('COLLECTOR_INVALID');
  return error.message.replace(/^.*\/(?=deploys\.yaml)/, '');
}

const HISTOGRAM = '    type: histogram\n    buckets: ';

test.each([
  [
    'a bad metric name',
    '  - name: team_deploys',
    '  - name: team-deploys',
    ':5: metrics[0].name: "team-deploys" is not a metric name; use letters, digits and _, not beginning with a digit',
  ],
  [
    "one of the service's own names",
    '  - name: team_deploys',
    '  - name: process_deploys',
    ":5: metrics[0].name: names beginning with bugflow_, process_ or nodejs_ are the service's own; choose another",
  ],
  ...['up', 'scrape_duration_seconds', 'ALERTS'].map((name): [string, string, string, string] => [
    `${name}, which is Prometheus' own`,
    '  - name: team_deploys',
    `  - name: ${name}`,
    `:5: metrics[0].name: series called ${name} are Prometheus' own; choose another name`,
  ]),
  [
    'a counter of nothing',
    '  - name: team_deploys',
    '  - name: _total',
    ':5: metrics[0].name: say before _total what is counted (and 1 more)',
  ],
  ...['job', 'instance', 'quantile'].map((name): [string, string, string, string] => [
    `the label ${name}`,
    '    labels: [project, environment]',
    `    labels: [project, ${name}]`,
    `:8: metrics[0].labels[1]: label "${name}" has a meaning of its own in Prometheus; rename the column, for example limit instead of le`,
  ]),
  [
    'the label of the buckets',
    '    labels: [project, environment]',
    '    labels:\n      - project\n      - le',
    ':10: metrics[0].labels[1]: label "le" has a meaning of its own in Prometheus; rename the column, for example limit instead of le',
  ],
  [
    "a label with Prometheus' own prefix",
    '    labels: [project, environment]',
    '    labels: [__name__]',
    ':8: metrics[0].labels[0]: "__name__" is not a label name; use letters, digits and _, not beginning with a digit or __',
  ],
  [
    'a label twice',
    '    labels: [project, environment]',
    '    labels: [project, environment, project]',
    ':8: metrics[0].labels: a label is named twice; keep one',
  ],
  [
    'a counter that does not say so',
    '    type: gauge',
    '    type: counter',
    ":5: metrics[0].name: a counter's name must end with _total; call it team_deploys_total",
  ],
  [
    'a gauge that looks like a counter',
    '  - name: team_deploys',
    '  - name: team_deploys_total',
    ":5: metrics[0].name: only a counter's name may end with _total; this is a gauge",
  ],
  [
    "a gauge with a histogram's ending",
    '  - name: team_deploys',
    '  - name: team_deploys_count',
    ":5: metrics[0].name: the endings _bucket, _sum and _count belong to a histogram's own series; choose another name",
  ],
  [
    'an unknown type',
    '    type: gauge',
    '    type: summary',
    ':6: metrics[0].type: invalid option: expected one of "gauge"|"counter"|"histogram"',
  ],
  [
    'no help',
    '    help: Deploys of the team.',
    '    help: ""',
    ':7: metrics[0].help: say in a sentence what the metric means',
  ],
  [
    'buckets that do not ascend',
    '    type: gauge',
    `${HISTOGRAM}[1h, 4h, 4h]`,
    ':7: metrics[0].buckets: buckets must ascend',
  ],
  [
    'a bucket that is no duration',
    '    type: gauge',
    `${HISTOGRAM}[1h, often]`,
    ':7: metrics[0].buckets[1]: must be a number above 0 or a duration like 4h or 7d',
  ],
  [
    'buckets of a gauge',
    '    type: gauge',
    '    type: gauge\n    buckets: [1, 2]',
    ':7: metrics[0].buckets: only histograms have buckets; remove them or make it a histogram',
  ],
  [
    'a cron expression with too few fields',
    'description: Deploys of the team.',
    'description: Deploys of the team.\nschedule: "* * *"',
    ':3: schedule: "* * *" is not a cron expression (expected 5 or 6 fields but got 3); write it like "*/5 * * * *"',
  ],
  [
    'a cron expression out of range',
    'description: Deploys of the team.',
    'description: Deploys of the team.\nschedule: "61 * * * *"',
    ':3: schedule: "61 * * * *" is not a cron expression (61 is a invalid expression for minute); write it like "*/5 * * * *"',
  ],
  [
    'a timeout that is no duration',
    'description: Deploys of the team.',
    'description: Deploys of the team.\ntimeout: soon',
    ':3: timeout: "soon" is not a duration; write it like 500ms, 10s, 5m, 1h30m or 14d',
  ],
  [
    'a bad collector name',
    'collector: deploys',
    'collector: Deploys of ours',
    ":1: collector: a collector's name has small letters, digits and _, like sprint_points",
  ],
  [
    'an unknown key',
    '    value: deploys',
    '    valuee: deploys',
    ':9: unknown key "valuee"; did you mean "value"? (and 1 more)',
  ],
  [
    'no SQL',
    'now: |\n  SELECT project, environment, deploys\n  FROM deploys',
    '',
    ':1: there is no SQL; write it under `now` (what is so) or `events` (what happened)',
  ],
])('%s', async (_name, line, replacement, message) => {
  const text = await messageAfter(line, replacement);
  expect(text).toBe(`deploys.yaml${message}`);
});

describe('a counter of `now`', () => {
  const COUNTER = GOOD.replace('name: team_deploys', 'name: team_deploys_total').replace(
    'type: gauge',
    'type: counter',
  );

  test('is for numbers that the database counts up', async () => {
    expect((await read(COUNTER)).metrics[0]).toMatchObject({ type: 'counter', value: 'deploys' });
  });

  test('needs the column of its value', async () => {
    const error = await errorOf(read(COUNTER.replace('    value: deploys\n', '')));
    expect(error.message).toMatch(/:5: metrics\[0\]: value is missing/);
  });

  test('has no spans', async () => {
    const error = await errorOf(read(`${COUNTER}spans: SELECT 1\n`));
    expect(error.message).toMatch(/:6: metrics\[0\]\.type: a counter has no `spans`/);
  });
});

test('the label `type` is one like others', async () => {
  const { metrics } = await read(GOOD.replace('[project, environment]', '[project, type]'));
  expect(metrics[0]?.labels).toEqual(['project', 'type']);
});

describe('SQL in a file of its own', () => {
  const YAML = GOOD.replace(/now:[\s\S]*/, '');
  const readWith = async (yaml: string, files: Record<string, string | Buffer> = {}) => {
    const folder = await folderWith({ 'deploys.yaml': yaml });
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return readCollector(join(folder, 'deploys.yaml'), false);
  };

  test.each(['now', 'spans', 'events', 'zeros'] as const)('%s_file', async (shape) => {
    const companion = { now: '', spans: 'now: SELECT 1\n', events: '', zeros: 'events: SELECT 1\n' }[shape];
    const yaml = /events|zeros/.test(shape)
      ? YAML.replace('team_deploys\n', 'team_deploys_total\n').replace('gauge', 'counter')
      : YAML;
    const text = '-- deploys\nSELECT 1;\n';
    const definition = await readWith(`${yaml}${companion}${shape}_file: ./deploys.sql\n`, {
      'deploys.sql': `\ufeff${text}`,
    });
    expect(definition[shape]).toEqual({
      text,
      file: expect.stringMatching(/^\/.*\/deploys\.sql$/),
      line: 1,
    });
  });

  test.each<[what: string, yaml: string, files: Record<string, string | Buffer>, message: RegExp]>([
    ['that is not there', 'now_file: no.sql', {}, /^cannot read .*no\.sql: there is no such file$/],
    ['that is a folder', 'now_file: .', {}, /it is a folder/],
    ['that is no text', 'now_file: a.sql', { 'a.sql': Buffer.from([0xff, 0xfe]) }, /a\.sql:1: is not UTF-8/],
    [
      'beside SQL',
      'now: SELECT 1\nnow_file: a.sql',
      { 'a.sql': '' },
      /:11: now_file: now and now_file are both/,
    ],
    ['with the past of nothing', 'spans_file: a.sql', { 'a.sql': '' }, /`now`/],
    ['of two kinds', 'now_file: a.sql\nevents_file: a.sql', { 'a.sql': '' }, /put them into two collectors/],
  ])('%s is refused', async (_, yaml, files, message) => {
    expect((await errorOf(readWith(`${YAML}${yaml}\n`, files))).message).toMatch(message);
  });
});

test('zeros go with `events`, and know their line', async () => {
  const error = await errorOf(read(`${GOOD.trimEnd()}\nzeros: SELECT 1\n`));
  expect(error.message).toMatch(
    /deploys\.yaml:13: zeros: `zeros` names series of `events`; write `events`, too$/,
  );
  const events = GOOD.replace('name: team_deploys', 'name: team_deploys_total')
    .replace('type: gauge', 'type: counter')
    .replace('now:', 'events:');
  const { zeros } = await read(`${events.trimEnd()}\nzeros: |\n  SELECT 1\n`);
  expect(zeros).toMatchObject({ text: 'SELECT 1\n', line: 14 });
});

test('a file that is not there', async () => {
  const folder = await folderWith({});
  const error = await errorOf(readCollector(join(folder, 'no.yaml'), false));
  expect(error.code).toBe('COLLECTOR_UNREADABLE');
  expect(error.message).toBe(`cannot read ${folder}/no.yaml: there is no such file`);
});

test('requires names tables and columns, each on its line', async () => {
  const file = (second: string): string =>
    GOOD.replace('relations:', `requires:\n  - projects_swimlane\n  - ${second}\nrelations:`);
  const { requires } = await read(file('userstories_userstory.swimlane_id'));
  expect(requires).toEqual(['projects_swimlane', 'userstories_userstory.swimlane_id']);
  for (const wrong of ['public.projects_swimlane.id', 'Projects', '"; DROP TABLE x"', '""', 'a.b c']) {
    const error = await errorOf(read(file(wrong)));
    expect(error.code).toBe('COLLECTOR_INVALID');
    const line =
      file(wrong)
        .split('\n')
        .findIndex((text) => text.startsWith('  - projects_swimlane')) + 2;
    expect(error.place?.line).toBe(line);
    expect(error.message).toContain('is neither a table nor a table.column of schema public');
  }
});

describe('a good file', () => {
  test('has defaults for what it does not say', async () => {
    const definition = await read(GOOD);
    expect(definition).toMatchObject({
      name: 'deploys',
      schedule: '* * * * *',
      timeoutMs: 30_000,
      staleAfterMs: 900_000,
      maxSeries: 5000,
      relations: ['project'],
    });
    expect(definition.metrics[0]).toMatchObject({ name: 'team_deploys', buckets: [], place: { line: 5 } });
  });

  test('knows the line on which its SQL begins', async () => {
    const { now } = await read(GOOD);
    expect(now?.line).toBe(11);
    expect(GOOD.split('\n')[10]).toContain(now?.text.split('\n')[0]);
  });

  test('knows it for SQL on the line of the key, too', async () => {
    const { now } = await read(GOOD.replace(/now: [\s\S]*/, 'now: SELECT 1\n'));
    expect(now).toMatchObject({ text: 'SELECT 1', line: 10 });
  });

  test('gives a histogram the default buckets, or its own in the unit of the metric', async () => {
    const plain = await read(GOOD.replace('type: gauge', 'type: histogram'));
    expect(plain.metrics[0]?.buckets).toEqual(DEFAULT_BUCKETS);
    const own = await read(GOOD.replace('    type: gauge\n', `${HISTOGRAM}[0.5, 1m, 90, 1h]\n`));
    expect(own.metrics[0]?.buckets).toEqual([0.5, 60, 90, 3600]);
  });
});

test('the default buckets go from an hour to half a year', () => {
  expect(DEFAULT_BUCKETS.at(0)).toBe(3600);
  expect(DEFAULT_BUCKETS.at(-1)).toBe(180 * 86_400);
  expect(DEFAULT_BUCKETS).toEqual(DEFAULT_BUCKETS.toSorted((a, b) => a - b));
});
