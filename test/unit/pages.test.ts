import { describe, expect, test } from 'vitest';
import type { RefusedFile } from '../../src/base/refused-file.js';
import type { CollectorRunner } from '../../src/collectors/runner.js';
import type { OpenCircuit } from '../../src/collectors/scheduler.js';
import { collectorsPage } from '../../src/server/pages/collectors.js';
import { formatSpan, layout } from '../../src/server/pages/layout.js';
import { statusPage } from '../../src/server/pages/status.js';
import { metric, runnerWith } from './helpers.js';

const MENU = [{ path: '/collectors', name: 'collectors', meaning: 'every collector' }];
const NOW = Date.UTC(2026, 2, 1, 12);
const HOSTILE = `<script>alert("1")</script>'"&<img src=x onerror=alert(1)>`;

const hostile = runnerWith(
  {
    description: HOSTILE,
    now: { text: `SELECT '${HOSTILE}' AS x -- </pre></details>`, file: '/etc/items.yaml', line: 3 },
    metrics: [metric({ help: HOSTILE })],
    relations: ['item'],
    schedule: '*/5 * * * *',
    file: `/etc/bugflow/<b>.yaml`,
  },
  {
    up: true,
    series: 2,
    limitedSeries: 1,
    rowCount: 12,
    sample: {
      columns: ['project', HOSTILE],
      rows: [
        ['webshop', HOSTILE],
        [null, '</td></table>'],
      ],
    },
    lastSuccessAt: NOW - 180_000,
    lastDatabaseMs: 12.4,
    lastError: HOSTILE,
  },
);

function status(runners: readonly CollectorRunner[], databaseUp = true): string {
  return layout(
    statusPage({ version: '1.2.3', runners, databaseUp, databaseTarget: HOSTILE, menu: MENU, now: NOW }),
    MENU,
  );
}

function collectors(
  runners: readonly CollectorRunner[],
  openCircuits: ReadonlyMap<string, OpenCircuit> = new Map(),
  refused: readonly RefusedFile[] = [],
): string {
  return layout(collectorsPage({ runners, openCircuits, refused, rowSamples: true, now: NOW }), MENU);
}

const VOID_ELEMENTS = ['meta', 'br', 'img', 'input', 'link', 'hr'];

/** The tags of a page; throws unless each is closed in its turn. */
function tagsOf(page: string): string[] {
  const open: string[] = [];
  const tags: string[] = [];
  for (const [, slash, name = ''] of page
    .replace(/<style>.*?<\/style>/s, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (slash === '') tags.push(name);
    if (slash === '' && !VOID_ELEMENTS.includes(name)) open.push(name);
    if (slash === '/' && open.pop() !== name) throw new Error(`</${name}> closes what is not open`);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return tags;
}

describe.each([
  ['/status', status([hostile, runnerWith({ name: 'other' }, {})])],
  ['/ without collectors', status([], false)],
  ['/collectors', collectors([hostile, runnerWith({ name: 'other' }, {})])],
  ['/collectors without collectors', collectors([])],
])('%s', (_name, page) => {
  test('is a complete page', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toMatch(/<\/html>\n$/);
    expect(page).toContain('<meta charset="utf-8">');
    expect(page).toMatch(/<title>[^<]+ · taiga-bugflow<\/title>/);
    expect(tagsOf(page)).toContain('h1');
    expect(page).not.toMatch(/undefined|NaN|\[object|Infinity/);
  });

  test('has no script, and nothing from elsewhere', () => {
    const tags = tagsOf(page);
    for (const tag of ['script', 'img', 'link', 'iframe', 'b']) expect(tags).not.toContain(tag);
    expect(page).not.toMatch(/\son\w+="/);
  });

  test('its links to itself lead to what is there', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });
});

describe('/collectors explains a number', () => {
  const page = collectors([hostile]);

  test('by what may come from the database, escaped', () => {
    const escaped =
      '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#34;&#38;&#60;img src=x onerror=alert(1)&#62;';
    // Description, help, error, column, cell, SQL.
    expect(page.split(escaped)).toHaveLength(7);
    expect(page).toContain('<td><span class="soft">NULL</span></td>');
    expect(page).toContain('<td>&#60;/td&#62;&#60;/table&#62;</td>');
  });

  test('by its state, runs and rows', () => {
    expect(page).toContain('failing, last good values stay');
    expect(page).toContain(
      'Last success 3 min ago, 12 ms in the database, 12 rows, 2 series, 1 of at most 5000 of a project.',
    );
    expect(page).toContain('Rows of the last run (2 of 12)');
    expect(page).toContain('reads the relations item');
    expect(page).toContain('<code>*/5 * * * *</code>');
  });

  test.each([
    [{ up: false, lastError: undefined }, 'not yet run'],
    [{ up: true, lastError: undefined }, 'up'],
    [{ up: false, lastError: 'x' }, 'down'],
    [{ up: true, lastError: 'x' }, 'failing, last good values stay'],
  ])('the state %j is "%s"', (state, words) => {
    expect(collectors([runnerWith({}, state)])).toContain(`>${words}</span>`);
  });
});

test('the status page counts what is well', () => {
  const page = status([
    runnerWith({ name: 'a' }, { up: true, series: 1200, lastSuccessAt: NOW - 5000 }),
    runnerWith({ name: 'b' }, { up: true, series: 300, lastSuccessAt: NOW - 90_000, lastError: 'slow' }),
  ]);
  expect(page).toContain('1 of 2');
  expect(page).toContain('1,500');
  expect(page).toContain('90 s');
});

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [1000, '1 s'],
  [119_999, '120 s'],
  [120_000, '2 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
  [-3_600_000, '0 ms'],
])('%d ms is %s', (ms, text) => {
  expect(formatSpan(ms)).toBe(text);
});

test.each([
  [42_000, 'circuit open: next try in 42 s'],
  [0, 'circuit open: next try now'],
])('a collector that keeps failing shows its next try (in %i ms)', (nextTryInMs, words) => {
  const failing = runnerWith({}, { lastError: 'SQL: no such column' });
  expect(collectors([failing], new Map([['items', { nextTryInMs }]]))).toContain(
    `SQL: no such column – ${words}</p>`,
  );
  expect(collectors([failing])).not.toContain('circuit');
});

test('a collector that is off says why, and does not count among those that are not well', () => {
  const off = runnerWith({}, { settled: true, missing: ['projects_swimlane'] });
  const well = runnerWith({ name: 'other' }, { up: true });
  const page = collectors([off, well]);
  expect(page).toContain('>off</span>');
  expect(page).toContain('Off: needs projects_swimlane, which this Taiga (before 6.0) does not have.');
  expect(status([off, well])).toContain('1 of 1');
});

test('/collectors begins with the files that were not loaded, and why', () => {
  const file = {
    kind: 'collector',
    file: '/own/a.yaml',
    message: `/own/a.yaml:3: ${HOSTILE}`,
    stays: true,
  } as const;
  const page = collectors([], new Map(), [file, { ...file, stays: false }]);
  tagsOf(page);
  expect(page).toContain('2 files were not loaded');
  expect(page).toContain('/own/a.yaml:3: &#60;script&#62;');
  expect(page).toContain('its collector goes on as it was before');
  expect(page).toContain('this file is left out');
  expect(collectors([])).not.toContain('not loaded');
});
