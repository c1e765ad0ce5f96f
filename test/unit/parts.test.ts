import { isDeepStrictEqual } from 'node:util';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { SECTIONS } from '../../src/config/sections.js';
import { createExposition } from '../../src/exposition/exposition.js';
import { type Installation, loadInstallation } from '../../src/main/installation.js';
import { stopAll } from '../../src/main/lifecycle.js';
import type { Part } from '../../src/main/part.js';
import { createParts } from '../../src/main/parts.js';
import { createCronTicker } from '../../src/scheduling/cron-ticker.js';
import { folderWith } from './helpers.js';

const REPORT = `report: own
title: Own
description: A test's own.
sections: [{ section: all, title: All, show: table, columns: { n: { title: N } }, sql: SELECT 1 AS n }]
`;
const OWN = `collector: own
description: A test's own.
metrics: [{ name: own_metric, type: gauge, help: A test's own., value: value }]
now: SELECT 1 AS value
`;

/** Which parts a reload touches when this is written into an empty file. */
const CONCERNED: readonly [string, readonly string[]][] = [
  ['# only a remark', []],
  ['database: { pool_size: 4 }', ['database', 'collectors', 'reports']],
  ['database: { reports: { pool_size: 4 } }', ['database', 'collectors', 'reports']],
  ['ssh: { host: db.example.org }', ['database', 'collectors', 'reports']],
  ['listen: 127.0.0.1:1', ['web']],
  ['web: { row_samples: false }', ['collectors page']],
  ['web: { max_connections: 9 }', ['web']],
  ['time_zone: Europe/Berlin', ['alerts', 'collectors', 'reports']],
  ['taiga_url: https://taiga.example.org', ['collectors', 'reports']],
  ['external_urls: { grafana: https://grafana.example.org }', ['alerts', 'runbooks']],
  ['external_urls: { exporter: https://bugflow.example.org }', ['alerts', 'reports']],
  ["calendar: { holidays: ['2031-12-24'] }", ['alerts', 'collectors', 'reports']],
  ['projects: { include: [shop] }', ['collectors', 'reports']],
  ['workflow: [{ stages: { active: [Doing] } }]', ['collectors', 'reports']],
  ['transitions: [{ name: sent_back, to: [Doing] }]', ['collectors', 'reports']],
  ['thresholds: { stale_after: 3d }', ['collectors', 'reports']],
  ['thresholds: { projects: [{ project: shop, overdue_items: 7 }] }', ['collectors', 'reports']],
  ['alerting: { disabled: [{ alert: TaigaWorkStale }] }', ['alerts', 'collectors', 'reports']],
  ['alerting: { quiet: false }', []],
  ['bugs: [Bug]', ['collectors', 'reports']],
  ['critical: [Blocker]', ['collectors', 'reports']],
  ['labels: { people: off }', ['collectors', 'reports']],
  ['labels: { max_bytes: 200 }', ['collectors']],
  ['collectors: [./own.yaml]', ['collectors']],
  ['report_files: [./report.yaml]', ['reports']],
  [
    "reports: [{ report: week, schedule: '0 9 * * mon', webhook_url: https://hooks.example.org/x }]",
    ['report posts'],
  ],
  ['slack: { bot_token: xoxb-1 }', []],
  ["overrides: { wip: { schedule: '0 * * * *' } }", ['collectors']],
  ['new_series_zero_for: 5m', ['collectors']],
  ['max_series: 100', ['collectors']],
  ['reload_endpoint: true', ['web']],
  ['state_file: ./state.json', ['state', 'collectors']],
  ['prometheus: { job: taiga }', []],
  ['log_level: debug', []],
];

async function install(yaml: string): Promise<Installation> {
  const folder = await folderWith({ 'bugflow.yaml': `${yaml}\n`, 'own.yaml': OWN, 'report.yaml': REPORT });
  return loadInstallation({
    file: `${folder}/bugflow.yaml`,
    env: {
      TAIGA_DATABASE_URL: 'postgres://localhost/taiga',
      HOME: '/nowhere',
      SSH_AUTH_SOCK: '/nowhere/agent',
    },
  });
}

async function partsOf(installation: Installation): Promise<readonly Part[]> {
  const parts = await createParts({
    installation,
    version: '1.2.3',
    exposition: await createExposition(),
    web: { lastReadSuccessful: () => undefined },
    stateAccess: 'read',
    log: pino({ level: 'silent' }),
    createTicker: createCronTicker,
    refresh: () => undefined,
  });
  onTestFinished(() => stopAll(parts));
  return parts;
}

/** As if it were the same file: paths are relative to its folder. */
function inPlaceOf({ config: { database } }: Installation, next: Installation): Installation {
  const source = { ...next.config.database.source, base: database.source.base };
  return { ...next, config: { ...next.config, database: { ...next.config.database, source } } };
}

test.each(CONCERNED)('%s concerns %j', async (yaml, names) => {
  const before = await install('');
  const next = inPlaceOf(before, await install(yaml));
  const changed = (await partsOf(before)).filter(
    ({ settings }) => !isDeepStrictEqual(settings?.(before), settings?.(next)),
  );
  expect(changed.map(({ name }) => name)).toEqual(names);
});

test('of each section it is said whom it concerns', () => {
  const said = CONCERNED.map(([yaml]) => yaml.split(':')[0]);
  for (const { key } of SECTIONS) expect(said).toContain(key);
});

test('no two parts share a name, or what they tell', async () => {
  const parts = await partsOf(await install(''));
  const all = [
    parts.map(({ name }) => name),
    parts.flatMap(({ families }) => (families?.() ?? []).map(({ name }) => name)),
    parts.flatMap(({ routes = [] }) => routes.map(({ method, path }) => `${method} ${path}`)),
  ];
  for (const names of all) {
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
  }
});
