import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.js';
import { errorOf, folderWith } from './helpers.js';

const env = { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' };

async function load(text: string): Promise<Config> {
  const folder = await folderWith({ 'config.yaml': text });
  return loadConfig({ file: join(folder, 'config.yaml'), env });
}

/** The message without the folder. */
async function messageFor(text: string): Promise<string> {
  const error = await errorOf(load(text));
  expect(error.code).toBe('CONFIG_INVALID');
  return error.message.replace(/^.*\/(?=config\.yaml)/, '');
}

describe('unknown keys', () => {
  test.each([
    ['lissten: 127.0.0.1:1\n', 'config.yaml:1: unknown key "lissten"; did you mean "listen"?'],
    [
      'listen: 127.0.0.1:1\nlabels:\n  stale: 3d\n',
      'config.yaml:3: unknown key "stale"; known here: people, subjects, max_bytes',
    ],
    [
      'overrides:\n  items:\n    timeot: 3s\n',
      'config.yaml:3: unknown key "timeot"; did you mean "timeout"?',
    ],
    [
      'workflow:\n  - stages:\n      active: [doing]\n      waitin: [review]\n',
      'config.yaml:4: unknown key "waitin"; did you mean "waiting"?',
    ],
  ])('%j', async (text, message) => {
    expect(await messageFor(text)).toBe(message);
  });
});

describe('wrong values', () => {
  test.each([
    [
      'listen: 10284',
      'config.yaml:1: listen: "10284" is not an address; write a host before the port, like 127.0.0.1:10284 (only this machine) or "*:10284" (everybody)',
    ],
    [
      '# a comment\nlisten: nowhere',
      'config.yaml:2: listen: "nowhere" is not an address; write HOST:PORT, like 127.0.0.1:10284 or [::]:10284; it has no port',
    ],
    [
      'listen: 0.0.0.0:65536',
      'config.yaml:1: listen: "0.0.0.0:65536" is not an address; write HOST:PORT, like 127.0.0.1:10284 or [::]:10284; a port is a number from 0 to 65535',
    ],
    [
      'time_zone: Mars/Olympus',
      'config.yaml:1: time_zone: "Mars/Olympus" is not a time zone; use an IANA name like Europe/Berlin',
    ],
    ...[
      'https://ann:geheim@taiga.example.org',
      'https://taiga.example.org?a=b',
      'https://taiga.example.org#a',
    ].map((url): [string, string] => [
      `taiga_url: "${url}"`,
      'config.yaml:1: taiga_url: must not contain a user, password, ? or #: everybody sees it, and paths are appended',
    ]),
    [
      'taiga_url: taiga.example.org',
      'config.yaml:1: taiga_url: "taiga.example.org" is not a web address; write it like https://taiga.example.org',
    ],
    [
      'thresholds:\n  stale_after: 2 days',
      'config.yaml:2: thresholds.stale_after: "2 days" is not a duration; write it like 500ms, 10s, 5m, 1h30m or 14d',
    ],
    [
      'thresholds:\n  blocked_after: 3 days',
      'config.yaml:2: thresholds.blocked_after: "3 days" is not working time; write it like "1 working day" or "3 working days"',
    ],
    [
      'thresholds:\n  no_delivery_after: 30 working days',
      'config.yaml:2: thresholds.no_delivery_after: "30 working days" is too long: the alert looks back 14 working days at most',
    ],
    [
      'thresholds:\n  over_sle_items: 10',
      'config.yaml:2: thresholds.over_sle_items: must be at most 9, as the list of such items ends at ten',
    ],
    [
      'thresholds:\n  stale_after: 14',
      'config.yaml:2: thresholds.stale_after: must be a duration like 10s, 5m, 1h30m or 14d',
    ],
    [
      'new_series_zero_for: 0',
      'config.yaml:1: new_series_zero_for: must be a duration like 10s, 5m, 1h30m or 14d',
    ],
    ['new_series_zero_for: 2d', 'config.yaml:1: new_series_zero_for: must not be longer than a day'],
    ['database:\n  pool_size: 21', 'config.yaml:2: database.pool_size: too big: expected number to be <=20'],
    [
      'labels:\n  people: initials',
      'config.yaml:2: labels.people: invalid option: expected one of "full_name"|"username"|"off"',
    ],
    [
      'projects:\n  include:\n    - webshop\n    - ""',
      'config.yaml:4: projects.include[1]: a pattern must not be empty',
    ],
    [
      'reload_endpoint: "yes"',
      'config.yaml:1: reload_endpoint: invalid input: expected boolean, received string',
    ],
    ['workflow:\n  - kind: task\n', 'config.yaml:2: workflow[0].stages: this key is missing'],
    ['- listen', 'config.yaml:1: invalid input: expected object, received array'],
  ])('%j', async (text, message) => {
    expect(await messageFor(text)).toBe(message);
  });
});

describe('several problems', () => {
  test('the first is told, the others are counted', async () => {
    expect(await messageFor('listen: x\ntime_zone: y\nlabels:\n  people: z\n')).toBe(
      'config.yaml:1: listen: "x" is not an address; write HOST:PORT, like 127.0.0.1:10284 or [::]:10284; it has no port (and 2 more)',
    );
  });

  test('each unknown key counts', async () => {
    expect(await messageFor('projects:\n  includ: []\n  exclud: []\n')).toBe(
      'config.yaml:2: unknown key "includ"; did you mean "include"? (and 1 more)',
    );
  });
});

describe('good values', () => {
  test.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9090', { host: 'localhost', port: 9090 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('listen on %s', async (listen, expected) => {
    expect((await load(`listen: "${listen}"`)).listen).toEqual(expected);
  });

  test('durations and time zone', async () => {
    const config = await load(
      'time_zone: Europe/Berlin\nthresholds:\n  stale_after: 1d12h\n  sle: { epic: 90d }\n',
    );
    expect(config.timeZone).toBe('Europe/Berlin');
    expect(config.thresholds.staleAfterMs).toBe(129_600_000);
    const working = config.thresholds.rules.find(({ name }) => name === 'blocked_after');
    expect(working).toMatchObject({ value: 3 * 8 * 3600, unit: 'working seconds' });
    expect(config.thresholds.sleMs).toEqual({
      epic: 90 * 86_400_000,
      userstory: 14 * 86_400_000,
      task: 7 * 86_400_000,
      issue: 14 * 86_400_000,
    });
  });

  test.each([
    ['', 120_000],
    ['new_series_zero_for: 0s', 0],
    ['new_series_zero_for: 1m30s', 90_000],
  ])('how long a new counter is 0: %j', async (text, expected) => {
    expect((await load(text)).newSeriesZeroForMs).toBe(expected);
  });

  test('an expectation that nobody set is absent, not undefined', async () => {
    expect(Object.keys((await load('')).thresholds.sleMs)).toEqual(['userstory', 'task', 'issue']);
  });

  test('the workflow becomes a list of rules in the order of the file', async () => {
    const config = await load(
      'workflow:\n  - { project: web*, kind: task, stages: { waiting: [Review, QA], done: [Live] } }\n  - stages: { discarded: ["won\'t *"] }\n',
    );
    expect(config.workflow).toEqual([
      { project: 'web*', kind: 'task', status: 'Review', stage: 'waiting' },
      { project: 'web*', kind: 'task', status: 'QA', stage: 'waiting' },
      { project: 'web*', kind: 'task', status: 'Live', stage: 'done' },
      { project: '*', kind: undefined, status: "won't *", stage: 'discarded' },
    ]);
  });

  test('own collectors are relative to the file', async () => {
    const config = await load('collectors: [our-metrics/*.yaml, /srv/metrics/one.yaml]');
    expect(config.collectorFiles.map((file) => file.replace(/^.*\/bugflow-test-[^/]*/, '…'))).toEqual([
      '…/our-metrics/*.yaml',
      '/srv/metrics/one.yaml',
    ]);
  });

  test('the address of Taiga loses its slash at the end', async () => {
    expect((await load('taiga_url: https://taiga.example.org/team//')).taigaUrl).toBe(
      'https://taiga.example.org/team',
    );
  });
});
