import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { PARAMETER_TYPES, parameterValues } from '../../src/taiga/parameters.js';
import { folderWith } from '../unit/helpers.js';

const AT = new Date('2026-03-01T12:00:00Z');

test('every parameter has a value, whatever is configured', async () => {
  const config = await loadConfig({
    file: undefined,
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' },
  });
  const values = parameterValues(config, AT);
  expect(Object.keys(values).sort()).toEqual(Object.keys(PARAMETER_TYPES).sort());
  expect(values).toMatchObject({
    now: '2026-03-01T12:00:00.000Z',
    time_zone: 'UTC',
    projects_include: ['%'],
    projects_exclude: [],
    workflow: '[]',
    stale_after: '1209600 seconds',
    taiga_url: '',
  });
  expect(JSON.parse(String(values.sle))).toEqual({
    userstory: '1209600 seconds',
    task: '604800 seconds',
    issue: '1209600 seconds',
  });
});

test("wildcards become LIKE's, and LIKE's own characters mean themselves", async () => {
  const folder = await folderWith({
    'config.yaml': `projects: { include: ['web*', 'a?c', '100%_\\'] }
workflow:
  - project: shop_*
    stages: { done: ["100 %", "?one"] }
`,
  });
  const config = await loadConfig({
    file: `${folder}/config.yaml`,
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' },
  });
  const values = parameterValues(config, AT);
  expect(values.projects_include).toEqual(['web%', 'a_c', '100\\%\\_\\\\']);
  expect(JSON.parse(String(values.workflow))).toEqual([
    { project: 'shop\\_%', kind: null, status: '100 \\%', stage: 'done' },
    { project: 'shop\\_%', kind: null, status: '_one', stage: 'done' },
  ]);
});
