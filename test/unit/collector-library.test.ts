import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeRefused, type RefusedFile } from '../../src/base/refused-file.js';
import { type CollectorLibrary, loadLibrary } from '../../src/collectors/library.js';
import type { CollectorOverride } from '../../src/config/collector-sections.js';
import { ROOT } from '../support/bugflow.js';
import { errorOf, folderWith } from './helpers.js';

function collectorFile(
  name: string,
  metric: string,
  { relations = '', sql = 'SELECT 1 AS value' } = {},
): string {
  return `collector: ${name}
description: About ${name}.
relations: [${relations}]
metrics:
  - name: ${metric}
    type: gauge
    help: About ${name}.
    value: value
now: |
  ${sql.replaceAll('\n', '\n  ')}
`;
}

const NO_CHANGE: CollectorOverride = {
  enabled: undefined,
  schedule: undefined,
  timeoutMs: undefined,
  staleAfterMs: undefined,
  maxSeries: undefined,
};

interface Setting {
  readonly own?: Readonly<Record<string, string>>;
  readonly ownPatterns?: readonly string[];
  readonly overrides?: Readonly<Record<string, Partial<CollectorOverride>>>;
}

/** A library of two shipped collectors and the team's own files. */
async function load({ own = {}, ownPatterns = [], overrides = {} }: Setting): Promise<CollectorLibrary> {
  const folder = await folderWith({
    'metrics/alpha.yaml': collectorFile('alpha', 'taiga_alpha', { relations: 'item' }),
    'metrics/beta.yaml': collectorFile('beta', 'taiga_beta'),
    'metrics/relations/item.sql': 'SELECT :now AS at',
    ...Object.fromEntries(Object.entries(own).map(([name, text]) => [`own/${name}`, text])),
  });
  return loadLibrary({
    shippedFolder: join(folder, 'metrics'),
    ownFiles: ownPatterns.map((pattern) => join(folder, pattern)),
    overrides: Object.fromEntries(
      Object.entries(overrides).map(([name, override]) => [name, { ...NO_CHANGE, ...override }]),
    ),
    configFile: '/etc/bugflow.yaml',
  });
}

const names = ({ collectors }: CollectorLibrary): string[] => collectors.map(({ name }) => name);
const withoutFolder = (text: string): string => text.replaceAll(/\/[^ ]*\/bugflow-test-[^/]*/g, '…');

describe("the team's own files", () => {
  test('come after the shipped ones, by the names of the files', async () => {
    const library = await load({
      own: {
        'z.yaml': collectorFile('zeta', 'our_zeta'),
        'a.yaml': collectorFile('eta', 'our_eta'),
        'notes.txt': '',
      },
      ownPatterns: ['own/*.yaml'],
    });
    expect(names(library)).toEqual(['alpha', 'beta', 'eta', 'zeta']);
  });

  test('may be named one by one', async () => {
    const library = await load({
      own: { 'z.yaml': collectorFile('zeta', 'our_zeta'), 'a.yaml': 'not: read' },
      ownPatterns: ['own/z.yaml'],
    });
    expect(names(library)).toEqual(['alpha', 'beta', 'zeta']);
  });

  test('a pattern that matches nothing is an error', async () => {
    const error = await errorOf(load({ own: { 'a.yml': '' }, ownPatterns: ['own/*.yaml'] }));
    expect(error.code).toBe('COLLECTOR_UNREADABLE');
    expect(withoutFolder(error.message)).toBe(
      'no file matches …/own/*.yaml; add one or fix `collectors` in the configuration',
    );
  });

  test('so is a folder that is not there', async () => {
    const error = await errorOf(load({ ownPatterns: ['nowhere/*.yaml'] }));
    expect(error.code).toBe('COLLECTOR_UNREADABLE');
    expect(withoutFolder(error.message)).toBe(
      'cannot read the folder …/nowhere of the collectors …/nowhere/*.yaml; create it or fix `collectors` in the configuration',
    );
  });

  test('the dot of a pattern is a dot', async () => {
    const error = await errorOf(load({ own: { 'a-yaml': '' }, ownPatterns: ['own/*.yaml'] }));
    expect(error.code).toBe('COLLECTOR_UNREADABLE');
  });
});

/** Why the only wrong file was refused; all the others are there. */
async function refusal(setting: Setting): Promise<string> {
  const library = await load(setting);
  const [refused, ...others] = library.refused;
  expect(others).toEqual([]);
  expect(refused?.stays).toBe(false);
  const good = Object.keys(setting.own ?? {}).length - 1;
  expect(library.collectors).toHaveLength(2 + good);
  return withoutFolder(refused?.message ?? '');
}

describe('across files', () => {
  test('two collectors cannot claim one metric', async () => {
    const message = await refusal({
      own: { 'own.yaml': collectorFile('own', 'taiga_alpha') },
      ownPatterns: ['own/*.yaml'],
    });
    expect(message).toBe(
      '…/own/own.yaml:5: metric "taiga_alpha" is already defined in …/metrics/alpha.yaml:5; rename one',
    );
  });

  test('nor can one collector twice', async () => {
    const text = collectorFile('own', 'our_metric').replace(
      'now:',
      '  - name: our_metric\n    type: gauge\n    help: Again.\n    value: value\nnow:',
    );
    const message = await refusal({ own: { 'own.yaml': text }, ownPatterns: ['own/*.yaml'] });
    expect(message).toBe(
      '…/own/own.yaml:9: metric "our_metric" is already defined in …/own/own.yaml:5; rename one',
    );
  });

  /** A collector with a metric of this type. */
  const file = (collector: string, type: string, metric: string): string => {
    const gauge = collectorFile(collector, metric);
    if (type === 'gauge') return gauge;
    return gauge.replace('type: gauge', `type: ${type}`).replace('now:', 'events:');
  };

  test.each([
    ['gauge', 'our_deploys', 'counter', 'our_deploys_total', 'our_deploys'],
    ['gauge', 'our_deploys_created', 'counter', 'our_deploys_total', 'our_deploys_created'],
    ['gauge', 'our_seconds_created', 'histogram', 'our_seconds', 'our_seconds_created'],
    ['histogram', 'our_deploys', 'counter', 'our_deploys_total', 'our_deploys'],
    ['counter', 'our_deploys_total', 'histogram', 'our_deploys', 'our_deploys'],
    ['histogram', 'our_seconds', 'counter', 'our_seconds_sum_total', 'our_seconds_sum'],
    ['counter', 'our_seconds_bucket_total', 'histogram', 'our_seconds', 'our_seconds_bucket'],
    ['counter', 'our_created_total', 'histogram', 'our', 'our_created'],
  ])('a %s %s cannot be beside a %s %s: both go by %s', async (type, name, otherType, other, shared) => {
    const own = { 'a.yaml': file('a', type, name), 'b.yaml': file('b', otherType, other) };
    const message = await refusal({ own, ownPatterns: ['own/*.yaml'] });
    expect(message).toBe(
      `…/own/b.yaml:5: metric "${other}" collides with "${name}" of …/own/a.yaml:5: in OpenMetrics both go by "${shared}"; rename one`,
    );
  });

  test.each([
    ['gauge', 'our_deploys', 'gauge', 'our_deploys_info'],
    ['gauge', 'our_deploys', 'gauge', 'our_deploys_created'],
    ['gauge', 'our_deploys_created', 'gauge', 'our_deploys_info'],
    ['counter', 'our_deploys_total', 'gauge', 'our_deploys_info'],
    ['counter', 'our_info_total', 'gauge', 'our'],
  ])('a %s %s may be beside a %s %s', async (type, name, otherType, other) => {
    const own = { 'a.yaml': file('a', type, name), 'b.yaml': file('b', otherType, other) };
    expect((await load({ own, ownPatterns: ['own/*.yaml'] })).refused).toEqual([]);
  });

  test('one file that fits two patterns is one file', async () => {
    const own = { 'own.yaml': collectorFile('own', 'our_metric') };
    const library = await load({ own, ownPatterns: ['own/*.yaml', 'own/own.yaml'] });
    expect(names(library)).toEqual(['alpha', 'beta', 'own']);
  });

  test('two collectors cannot have one name', async () => {
    const message = await refusal({
      own: { 'own.yaml': collectorFile('alpha', 'our_alpha') },
      ownPatterns: ['own/*.yaml'],
    });
    expect(message).toBe(
      '…/own/own.yaml:1: collector "alpha" is already defined in …/metrics/alpha.yaml; rename one',
    );
  });
});

describe('what the SQL names', () => {
  test('an unknown relation', async () => {
    const message = await refusal({
      own: { 'own.yaml': collectorFile('own', 'our_metric', { relations: 'item, itme' }) },
      ownPatterns: ['own/*.yaml'],
    });
    expect(message).toBe('…/own/own.yaml:3: unknown relation "itme"; see the files in metrics/relations');
  });

  test('an unknown parameter, at its own line', async () => {
    const sql = "SELECT 1 AS value -- :not_this\nFROM item\nWHERE ':nor_this' <> ''\n  AND at < :later";
    const message = await refusal({
      own: { 'own.yaml': collectorFile('own', 'our_metric', { relations: 'item', sql }) },
      ownPatterns: ['own/*.yaml'],
    });
    expect(message).toMatch(
      /^…\/own\/own\.yaml:13: unknown parameter :later; known are :now, :keys, :time_zone, /,
    );
  });
});

describe('a wrong file', () => {
  const GOOD = collectorFile('own', 'our_metric');
  const patterns = ['own/*.yaml'];

  test.each<[what: string, text: string, message: RegExp]>([
    ['that is no YAML', 'collector: [', /own\/bad\.yaml:1: not valid YAML/],
    ['that is empty', '', /own\/bad\.yaml:1: /],
    ['with an unknown key', `${GOOD}nwo: 1\n`, /bad\.yaml:11: unknown key "nwo"/],
    ['with an unknown relation', collectorFile('bad', 'our_bad', { relations: 'itme' }), /unknown relation/],
    [
      'with two statements',
      collectorFile('bad', 'our_bad', { sql: 'SELECT 1; SELECT 2' }),
      /a second statement/,
    ],
    ['with a name that another has', collectorFile('alpha', 'our_bad'), /"alpha" is already defined/],
    ['with a metric that another has', collectorFile('bad', 'taiga_beta'), /"taiga_beta" is already defined/],
    [
      'with a file of SQL that is not there',
      GOOD.replace(/now:[\s\S]*/, 'now_file: no.sql\n'),
      /no\.sql: there is no such/,
    ],
    ["with a name of the service's own", collectorFile('bad', 'bugflow_bad'), /the service's own/],
  ])('%s is left out, and named', async (_, text, message) => {
    const own = {
      'a.yaml': collectorFile('eta', 'our_eta'),
      'bad.yaml': text,
      'z.yaml': collectorFile('zeta', 'our_zeta'),
    };
    const library = await load({ own, ownPatterns: patterns });
    expect(names(library)).toEqual(['alpha', 'beta', 'eta', 'zeta']);
    expect(library.refused).toEqual([
      {
        kind: 'collector',
        file: expect.stringMatching(/own\/bad\.yaml$/),
        message: expect.stringMatching(message),
        stays: false,
      },
    ]);
  });

  test.each(['now_file', 'the file itself'])(
    'that is a pipe into which nobody writes keeps nobody waiting: %s',
    async (what) => {
      const folder = await folderWith({
        'a.yaml': collectorFile('eta', 'our_eta'),
        ...(what === 'now_file' && { 'bad.yaml': GOOD.replace(/now:[\s\S]*/, 'now_file: pipe\n') }),
      });
      execFileSync('mkfifo', [join(folder, what === 'now_file' ? 'pipe' : 'bad.yaml')]);
      const library = await loadLibrary({
        shippedFolder: join(ROOT, 'metrics'),
        ownFiles: [join(folder, '*.yaml')],
        overrides: {},
        configFile: undefined,
      });
      expect(names(library)).toContain('eta');
      expect(library.refused).toMatchObject([
        { message: expect.stringMatching(/cannot read .*(pipe|bad\.yaml): it is a pipe; write a file/) },
      ]);
    },
  );

  test('takes no names away from others', async () => {
    // Its second metric is the problem, so its first one is free.
    const bad = collectorFile('bad', 'our_metric').replace(
      'now:',
      '  - name: taiga_alpha\n    type: gauge\n    help: Again.\n    value: value\nnow:',
    );
    const library = await load({ own: { 'bad.yaml': bad, 'own.yaml': GOOD }, ownPatterns: patterns });
    expect(names(library)).toEqual(['alpha', 'beta', 'own']);
  });

  test('may hold the collector of an override', async () => {
    const setting = { own: { 'bad.yaml': 'collector: own' }, ownPatterns: patterns };
    expect(names(await load({ ...setting, overrides: { own: {} } }))).toEqual(['alpha', 'beta']);
  });

  describe('when loaded again', () => {
    const again = async (
      files: Record<string, string>,
      overrides: Record<string, CollectorOverride> = {},
    ) => {
      const folder = await folderWith({
        'metrics/beta.yaml': collectorFile('beta', 'taiga_beta'),
        'metrics/relations/item.sql': 'SELECT :now AS at',
        'own/own.yaml': GOOD,
      });
      const source = {
        shippedFolder: join(folder, 'metrics'),
        ownFiles: [join(folder, 'own/*.yaml')],
        configFile: undefined,
      };
      const before = await loadLibrary({
        ...source,
        overrides: { own: { ...NO_CHANGE, schedule: '1 1 * * *' } },
      });
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'own', name), text);
      return loadLibrary({ ...source, overrides }, before);
    };

    test('lets its collector go on as it was, by the new overrides', async () => {
      const library = await again({ 'own.yaml': 'collector: own' });
      expect(library.refused).toMatchObject([{ stays: true }]);
      expect(library.collectors[1]).toMatchObject({ name: 'own', schedule: '* * * * *' });
      expect(describeRefused(library.refused[0] as RefusedFile)).toMatch(
        /own\.yaml:.*\(its collector goes on as it was before, the other collectors run\)$/,
      );
    });

    test('but not where its names are taken now', async () => {
      const library = await again({
        'own.yaml': 'collector: own',
        'a.yaml': collectorFile('new', 'our_metric'),
      });
      expect(library.refused).toMatchObject([{ stays: false }]);
      expect(names(library)).toEqual(['beta', 'new']);
    });
  });
});

describe('overrides', () => {
  test('change what they say and nothing else', async () => {
    const before = await load({});
    const after = await load({
      overrides: { alpha: { schedule: '0 * * * *', timeoutMs: 1, staleAfterMs: 2, maxSeries: 3 } },
    });
    const [alpha, beta] = after.collectors;
    expect(alpha).toMatchObject({ schedule: '0 * * * *', timeoutMs: 1, staleAfterMs: 2, maxSeries: 3 });
    expect({ ...beta, file: '', now: 0, metrics: 0, relationsPlace: 0 }).toEqual({
      ...before.collectors[1],
      file: '',
      now: 0,
      metrics: 0,
      relationsPlace: 0,
    });
  });

  test('switch a collector off', async () => {
    expect(names(await load({ overrides: { alpha: { enabled: false }, beta: { enabled: true } } }))).toEqual([
      'beta',
    ]);
  });

  test('of a collector that there is not', async () => {
    const error = await errorOf(load({ overrides: { gamma: {} } }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toBe(
      '/etc/bugflow.yaml: overrides: there is no collector "gamma"; known are alpha, beta',
    );
  });

  test('with a bad schedule', async () => {
    const error = await errorOf(load({ overrides: { alpha: { schedule: 'hourly' } } }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(
      /^\/etc\/bugflow\.yaml: overrides\.alpha\.schedule is not a cron expression; /,
    );
  });
});
