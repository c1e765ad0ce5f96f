import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { render } from '../../dashboards/render.js';
import { COMMITTED } from './dashboards.js';

test('what is committed is what the sources make', async () => {
  const rendered = await render();
  const files = Object.fromEntries(COMMITTED.map(({ name, text }) => [`${name}.json`, text]));
  expect(Object.keys(files), 'run: npm run dashboards').toEqual([...rendered.keys()].sort());
  for (const [name, text] of rendered)
    expect(files[name] === text, `${name} is stale; run: npm run dashboards`).toBe(true);
});

test('the sources make the same every time', async () => {
  expect(await render()).toEqual(await render());
});

test('the package contains them', () => {
  const { files } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    files: string[];
  };
  expect(files).toContain('dashboards/json');
});
