import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricFamily } from '../../src/collectors/families.js';
import { type SeriesKey, seriesKey } from '../../src/collectors/labels.js';
import { renderFamilies } from '../../src/exposition/format.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import { parseFile, readFileBefore } from '../../src/main/file-before.js';
import { folderWith, metric } from './helpers.js';

const CLOSED = metric({ name: 'closed_total', type: 'counter', labels: ['project', 'kind'] });
const LEAD = metric({ name: 'lead_seconds', type: 'histogram', labels: ['project'], buckets: [10] });
const OURS = '# HELP bugflow_collector_up Up.\n# TYPE bugflow_collector_up gauge\n';

const key = (project: string, kind: string): SeriesKey => seriesKey([project, kind]);
const fileOf = async (...families: MetricFamily[]): Promise<string> =>
  (await renderFamilies(families.map(toSampleFamily), 'text')).toString() + OURS;
const counter = (...series: string[]): MetricFamily => ({
  metric: CLOSED,
  values: new Map(series.map((each) => [each, 1])),
});

describe('what the file before lacks', () => {
  test('is a series of a metric that it has, of a project that it knows', async () => {
    const file = parseFile(await fileOf(counter(key('shop', 'task'))));
    expect(file?.lacks(CLOSED, key('shop', 'task'))).toBe(false);
    expect(file?.lacks(CLOSED, key('shop', 'issue'))).toBe(true);
  });

  test('is nothing of a project that it does not know: it may have got another name, or be old', async () => {
    const file = parseFile(await fileOf(counter(key('shop', 'task'))));
    expect(file?.lacks(CLOSED, key('renamed', 'task'))).toBe(false);
  });

  test('is nothing of a metric that it does not have, or had with other labels', async () => {
    const file = parseFile(await fileOf(counter(key('shop', 'task'))));
    expect(file?.lacks(LEAD, seriesKey(['shop']))).toBe(false);
    const other = metric({ ...CLOSED, labels: ['kind', 'project'] });
    expect(file?.lacks(other, seriesKey(['issue', 'shop']))).toBe(false);
  });

  test('is the first series of a metric that had none', async () => {
    const projects: MetricFamily = {
      metric: metric(),
      values: new Map([['shop', 1]]),
    };
    const file = parseFile(await fileOf(counter(), projects));
    expect(file?.lacks(CLOSED, key('shop', 'task'))).toBe(true);
  });

  test('is seen of histograms by their count', async () => {
    const file = parseFile(
      await fileOf(
        { metric: LEAD, distributions: new Map([['shop', { counts: [1, 0], sum: 3 }]]) },
        counter(key('app', 'task')),
      ),
    );
    expect(file?.lacks(LEAD, 'shop')).toBe(false);
    expect(file?.lacks(LEAD, 'app')).toBe(true);
  });

  const text = fc.oneof(
    fc.string({
      maxLength: 8,
      unit: fc.constantFrom('a', '"', '\\', '\n', '\r', '\u2028', '{', '}', ',', '=', ' ', '#'),
    }),
    fc.string({ maxLength: 8 }),
  );
  test('is none of the series that it has, whatever is in their labels', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 6 }), async (pairs) => {
        const series = pairs.map(([project, kind]) => key(project, kind));
        const file = parseFile(await fileOf(counter(...series)));
        for (const each of series) expect(file?.lacks(CLOSED, each)).toBe(false);
        for (const [project, kind] of pairs) {
          const other = key(project, `${kind} `);
          expect(file?.lacks(CLOSED, other)).toBe(!series.includes(other));
        }
      }),
    );
  });
});

describe('no file of ours', () => {
  test.each([
    ['nothing', ''],
    ['somebody else’s', '# TYPE up gauge\nup 1\n'],
    ['cut off', `${OURS}bugflow_collector_up{collector="items"} 1`],
    ['damaged', `${OURS}closed_total{project="shop" 1 2\n`],
    ['noise', '\u0000\u0001\n\n\n'],
  ])('%s', (_name, text) => {
    expect(parseFile(text)).toBeUndefined();
  });

  test('none, a folder, a pipe', async () => {
    const folder = await folderWith({ 'old.prom': OURS });
    expect(await readFileBefore(join(folder, 'old.prom'))).toBeDefined();
    expect(await readFileBefore(join(folder, 'none.prom'))).toBeUndefined();
    expect(await readFileBefore(folder)).toBeUndefined();
    execFileSync('mkfifo', [join(folder, 'pipe.prom')]);
    expect(await readFileBefore(join(folder, 'pipe.prom'))).toBeUndefined();
  });
});
