import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadAlertingSettings } from '../../src/config/config.js';
import { alertmanager, SHIPPED_TEMPLATE } from '../../src/main/alertmanager.js';
import { freePort } from '../backfill/servers.js';
import { bugflow, ROOT } from '../support/bugflow.js';
import { errorOf, folderWith } from '../unit/helpers.js';
import {
  ALERTMANAGER_IS_HERE,
  generated,
  IF_IT_IS_HERE,
  SHIPPED_CONFIG,
  startAlertmanager,
} from './alertmanager.js';
import { startSlack } from './slack-server.js';

const RETRY = { firstMs: 10, longestMs: 20, giveUpAfterMs: 300, requestTimeoutMs: 1000 };

async function reloadAt(url: string, folder?: string): Promise<string[]> {
  const said: string[] = [];
  await alertmanager(await loadAlertingSettings({ file: undefined, env: {} }), {
    ...{ folder: folder ?? (await folderWith({})), reload: url, template: SHIPPED_TEMPLATE, retry: RETRY },
    print: (line) => void said.push(line),
  });
  return said;
}

/** Answers all requests, and counts them. */
async function server(
  ...answers: readonly (readonly [number, string])[]
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    const [status, text] = answers[Math.min(asked.length, answers.length - 1)] ?? [200, ''];
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end(text);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  onTestFinished(() => void http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked };
}

test('the command line writes both files, without a database, and nothing else', async () => {
  const folder = await folderWith({
    'bugflow.yaml': 'alerting: { slack: { webhook_url_file: /nowhere/slack_url } }',
    'out/kept': '',
  });
  const args = ['--config', join(folder, 'bugflow.yaml'), 'alertmanager', '--out', join(folder, 'out')];
  const { status, stdout, stderr } = await bugflow(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    `Written: ${join(folder, 'out/alertmanager.yml')} and slack.tmpl`,
    'alert  project  severity  told',
    '*      *        all       Slack /nowhere/slack_url',
    'Warnings wait for working time, 5 days a week; critical alerts do not.',
    '/nowhere/slack_url cannot be read from here, so whether it is empty is not known.',
    '',
  ]);
  expect((await readdir(join(folder, 'out'))).sort()).toEqual(['alertmanager.yml', 'kept', 'slack.tmpl']);
  expect((await stat(join(folder, 'out/alertmanager.yml'))).mode & 0o777).toBe(0o644);
  expect(await readFile(join(folder, 'out/slack.tmpl'), 'utf8')).toBe(readFileSync(SHIPPED_TEMPLATE, 'utf8'));
});

test.each([
  [['alertmanager'], /--out <folder>' not specified/],
  [
    ['alertmanager', '--out', '.', '--reload', 'localhost:9093'],
    /--reload: write it like http:\/\/localhost:9093/,
  ],
])('usage: %j', async (args, message) => {
  const { status, stderr } = await bugflow(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test('what is committed is what the command makes of the configuration for compose', async () => {
  const { text } = await generated(
    (await readFile(join(ROOT, 'compose/taiga-bugflow.yaml'), 'utf8')).replace(/\$\{TIME_ZONE:-UTC\}/, 'UTC'),
  );
  // npm run bugflow -- --config compose/taiga-bugflow.yaml alertmanager --out alerting/alertmanager
  expect(await readFile(SHIPPED_CONFIG, 'utf8')).toBe(text);
});

describe('secrets', () => {
  test('are not copied; an empty one tells nobody', async () => {
    const folder = await folderWith({ empty: '\n', given: 'https://hooks.slack.com/services/T/B/secret\n' });
    const { text, said } = await generated(`alerting:
  slack: { webhook_url_file: ${join(folder, 'empty')} }
  channels: [{ project: shop, webhook_url_file: ${join(folder, 'given')} }]
`);
    expect(text).not.toContain('secret');
    expect(text).toContain(`api_url_file: ${join(folder, 'given')}`);
    expect(text).not.toContain(`api_url_file: ${join(folder, 'empty')}`);
    expect(said.slice(1)).toEqual([
      'alert  project  severity  told',
      `*      shop     all       Slack ${join(folder, 'given')}`,
      `*      *        all       nobody: ${join(folder, 'empty')} is empty`,
      expect.any(String),
    ]);
  });
});

describe('a folder that cannot be written to', () => {
  test.each([
    [
      'is a file',
      async (folder: string) => {
        await writeFile(join(folder, 'file'), '');
        return join(folder, 'file');
      },
    ],
    [
      'has a folder where the file goes',
      async (folder: string) => {
        await mkdir(join(folder, 'slack.tmpl/x'), { recursive: true });
        return folder;
      },
    ],
  ])('%s', async (_, make) => {
    const folder = await make(await folderWith({}));
    const error = await errorOf(reloadAt('http://127.0.0.1:1', folder));
    expect(error).toMatchObject({ code: 'ALERTMANAGER_OUTPUT' });
    expect(error.message).toContain(`cannot write ${folder}/slack.tmpl: `);
  });
});

test('a folder that is not there is made', async () => {
  const { url } = await server([200, '']);
  const folder = join(await folderWith({}), 'a/b');
  await reloadAt(url, folder);
  expect((await readdir(folder)).toSorted()).toEqual(['alertmanager.yml', 'slack.tmpl']);
});

test('a configuration that somebody wrote by hand is not lost', async () => {
  const folder = await folderWith({ 'alertmanager.yml': 'route: { receiver: mine }\n' });
  const error = await errorOf(reloadAt('http://127.0.0.1:1', folder));
  expect(error.message).toBe(
    `${folder}/alertmanager.yml was not made by this command and would be lost; move it away, or choose another folder`,
  );
  expect(await readdir(folder)).toEqual(['alertmanager.yml']);
});

describe('--reload', () => {
  test('waits for what is starting', async () => {
    const { url, asked } = await server([503, 'starting'], [502, ''], [200, '']);
    const said = await reloadAt(`${url}/am/`);
    expect(asked).toEqual(Array(3).fill('POST /am/-/reload'));
    expect(said.at(-1)).toBe('Alertmanager has read it.');
    expect(said.at(-2)).toBe(`Alertmanager at ${url}/am/ does not answer yet: it answers 502`);
  });

  test('is let in by files and the environment', async () => {
    const seen: unknown[] = [];
    const http = createServer(({ headers }, response) => {
      seen.push([headers.authorization, headers['x-scope-orgid'], headers['x-api-key']]);
      response.writeHead(401).end(`not ${headers['x-api-key']}`);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    onTestFinished(() => void http.close());
    const folder = await folderWith({ token: 'Geh3im\n' });
    const { status, stderr } = await bugflow(
      [
        ...['alertmanager', '--out', folder, '--token-file', join(folder, 'token')],
        ...['--header', 'X-Scope-OrgID: team', '--header', `X-Api-Key: \${KEY}`],
        ...['--reload', `http://127.0.0.1:${(http.address() as AddressInfo).port}`],
      ],
      { KEY: 'Verb0rgen' },
    );
    expect(seen).toEqual([['Bearer Geh3im', 'team', 'Verb0rgen']]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/answers 401: not …\n$/);
  });

  test('says so when nobody answers', async () => {
    const port = await freePort();
    const error = await errorOf(reloadAt(`http://127.0.0.1:${port}`));
    expect(error).toMatchObject({ code: 'ALERTMANAGER_UNREACHABLE' });
    expect(error.message).toContain(`cannot reach http://127.0.0.1:${port}/-/reload: `);
  });

  test('says what is wrong, and does not try again', async () => {
    const { url, asked } = await server([500, 'failed to reload config: yaml: line 1\n']);
    const error = await errorOf(reloadAt(url));
    expect(error).toMatchObject({ code: 'ALERTMANAGER_REFUSED' });
    expect(error.message).toBe(`${url}/-/reload answers 500: failed to reload config: yaml: line 1`);
    expect(asked).toHaveLength(1);
  });

  test.skipIf(!ALERTMANAGER_IS_HERE)(`a real one reads it ${IF_IT_IS_HERE}`, async () => {
    const slack = await startSlack();
    const running = await startAlertmanager(readFileSync(SHIPPED_CONFIG, 'utf8'), { slack, secrets: {} });
    onTestFinished(async () => {
      await running.stop();
      await slack.close();
    });
    expect((await reloadAt(running.url)).at(-1)).toBe('Alertmanager has read it.');
    await writeFile(running.configFile, 'route: nonsense');
    expect(await errorOf(reloadAt(running.url))).toMatchObject({ code: 'ALERTMANAGER_REFUSED' });
  });
});
