import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readOnce } from '../../src/collectors/reading.js';
import { loadConfig } from '../../src/config/config.js';
import { startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { openKit } from '../support/kit.js';
import { folderWith } from '../unit/helpers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = [
  'README.md',
  ...['docs', 'docs/runbooks'].flatMap((folder) =>
    readdirSync(ROOT + folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];
const textOf = (page: string): string => readFileSync(ROOT + page, 'utf8');
const blocks = (page: string, language: string): string[] =>
  [...textOf(page).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text = '']) => text,
  );

test('the collectors that the pages show can be loaded and yield something', async () => {
  const shown = [...blocks('README.md', 'yaml'), ...blocks('docs/collectors.md', 'yaml')].filter((text) =>
    text.startsWith('collector:'),
  );
  expect(shown.length).toBeGreaterThanOrEqual(3);
  const taiga = await startDemoTaiga({ seed: 1, now: new Date(), months: 3, paceMs: null });
  onTestFinished(() => taiga.close());
  for (const text of shown) {
    const folder = await folderWith({ 'own.yaml': text });
    const kit = await openKit(
      taiga.url,
      `collectors: [${folder}/own.yaml]\ndatabase: { allow_superuser: true }\n`,
    );
    const own = kit.library.collectors.find(({ file }) => file.startsWith(folder));
    expect(own, text).toBeDefined();
    if (own)
      await expect(readOnce(kit.reader, own, kit.values(new Date()))).resolves.toMatchObject({
        families: [{ metric: { name: own.metrics[0]?.name } }],
      });
    await kit.close();
  }
});

test('the pieces of configuration that the pages show are right', async () => {
  const shown = [
    ...['docs/configuration.md', 'docs/backfill.md'].flatMap((page) => blocks(page, 'yaml')),
    // Beside it, these pages show other files.
    ...['docs/alerting.md', 'docs/http.md', 'docs/wall.md'].flatMap((page) =>
      blocks(page, 'yaml').filter((text) => text.startsWith('# bugflow.yaml')),
    ),
  ];
  expect(shown.length).toBeGreaterThanOrEqual(5);
  for (const text of shown) {
    const folder = await folderWith({ 'bugflow.yaml': text });
    await loadConfig({
      file: `${folder}/bugflow.yaml`,
      env: { TAIGA_DATABASE_URL: 'postgres://bugflow@localhost/taiga' },
    });
  }
  const example = await loadConfig({ file: `${ROOT}taiga-bugflow.example.yaml`, env: {} });
  expect(example.listen).toEqual({ host: '0.0.0.0', port: 10_284 });
});

test('every code of an error is explained', () => {
  const [, union = ''] = /export type ErrorCode =([\s\S]*?);/.exec(textOf('src/base/errors.ts')) ?? [];
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(15);
  const explained = [...textOf('docs/errors.md').matchAll(/^\| `(\w+)`/gm)].map(([, code = '']) => code);
  expect(explained.toSorted()).toEqual(codes.toSorted());
});

test('every metric of the service itself is explained', () => {
  const files = execFileSync('git', ['ls-files', 'src'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const named = files.flatMap((file) =>
    [...textOf(file).matchAll(/'(bugflow_\w+)'/g)].map(([, name = '']) => name),
  );
  const explained = textOf('docs/operations.md');
  expect(named.length).toBeGreaterThan(20);
  for (const name of named) expect(explained).toContain(`\`${name}\``);
});

describe.each(PAGES)('%s', (page) => {
  test('links to files that are there', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
    for (const [, target = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      const path = new URL(target, `file:///${page}`).pathname.slice(1);
      expect(
        tracked.some((file) => file === path || file.startsWith(`${path}/`)),
        `${page}: ${target}`,
      ).toBe(true);
    }
  });
});
