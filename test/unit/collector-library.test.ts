import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CollectorLibrary, loadLibrary } from '../../src/collectors/library.js';
import type { CollectorOverride } from '../../src/config/collector-sections.js';
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

describe('across files', () => {
  test('two collectors cannot claim one metric', async () => {
    const error = await errorOf(
      load({ own: { 'own.yaml': collectorFile('own', 'taiga_alpha') }, ownPatterns: ['own/*.yaml'] }),
    );
    expect(error.code).toBe('COLLECTOR_INVALID');
    expect(withoutFolder(error.message)).toBe(
      '…/own/own.yaml:5: metric "taiga_alpha" is already defined in …/metrics/alpha.yaml:5; rename one',
    );
  });

  test('nor can one collector twice', async () => {
    const text = collectorFile('own', 'our_metric').replace(
      'now:',
      '  - name: our_metric\n    type: gauge\n    help: Again.\n    value: value\nnow:',
    );
    const error = await errorOf(load({ own: { 'own.yaml': text }, ownPatterns: ['own/*.yaml'] }));
    expect(withoutFolder(error.message)).toBe(
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
  ])('a %s %s cannot be beside a %s %s: both go by %s', async (type, name, otherType, other, shared) => {
    const own = { 'a.yaml': file('a', type, name), 'b.yaml': file('b', otherType, other) };
    const error = await errorOf(load({ own, ownPatterns: ['own/*.yaml'] }));
    expect(error.code).toBe('COLLECTOR_INVALID');
    expect(withoutFolder(error.message)).toBe(
      `…/own/b.yaml:5: metric "${other}" collides with "${name}" of …/own/a.yaml:5: in OpenMetrics both go by "${shared}"; rename one`,
    );
  });

  test('one file that fits two patterns is one file', async () => {
    const own = { 'own.yaml': collectorFile('own', 'our_metric') };
    const library = await load({ own, ownPatterns: ['own/*.yaml', 'own/own.yaml'] });
    expect(names(library)).toEqual(['alpha', 'beta', 'own']);
  });

  test('two collectors cannot have one name', async () => {
    const error = await errorOf(
      load({ own: { 'own.yaml': collectorFile('alpha', 'our_alpha') }, ownPatterns: ['own/*.yaml'] }),
    );
    expect(withoutFolder(error.message)).toBe(
      '…/own/own.yaml:1: collector "alpha" is already defined in …/metrics/alpha.yaml; rename one',
    );
  });
});

describe('what the SQL names', () => {
  test('an unknown relation', async () => {
    const error = await errorOf(
      load({
        own: { 'own.yaml': collectorFile('own', 'our_metric', { relations: 'item, itme' }) },
        ownPatterns: ['own/*.yaml'],
      }),
    );
    expect(error.code).toBe('COLLECTOR_INVALID');
    expect(withoutFolder(error.message)).toBe(
      '…/own/own.yaml:3: unknown relation "itme"; see the files in metrics/relations',
    );
  });

  test('an unknown parameter, at its own line', async () => {
    const sql = "SELECT 1 AS value -- :not_this\nFROM item\nWHERE ':nor_this' <> ''\n  AND at < :later";
    const error = await errorOf(
      load({
        own: { 'own.yaml': collectorFile('own', 'our_metric', { relations: 'item', sql }) },
        ownPatterns: ['own/*.yaml'],
      }),
    );
    expect(error.code).toBe('COLLECTOR_INVALID');
    expect(withoutFolder(error.message)).toMatch(
      /^…\/own\/own\.yaml:13: unknown parameter :later; known are :now, :keys, :time_zone, /,
    );
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
