import { describe, expect, test } from 'vitest';
import { isThere, UID } from '../../src/grafana/dashboard.js';
import { adaptDashboard } from '../../src/grafana/variables.js';
import { projectWall, wallUid } from '../../src/grafana/walls.js';
import { dashboard } from './dashboards.js';

describe('the uid of a wall', () => {
  test.each([
    ['webshop', 'bugflow-wall-webshop'],
    ['ann-web_shop-2', 'bugflow-wall-ann-web_shop-2'],
    ['x'.repeat(27), `bugflow-wall-${'x'.repeat(27)}`],
    ['x'.repeat(28), 'bugflow-wall-xxxxxxxxxxxxxxxxxx-f3b43939'],
    ['Webshop', 'bugflow-wall-webshop-a178df07'],
    ['größe.2', 'bugflow-wall-gr-e-2-c820b9cc'],
    ['', 'bugflow-wall--e3b0c442'],
  ])('of %j is %s', (slug, uid) => {
    expect(wallUid(slug)).toBe(uid);
    expect(uid).toMatch(UID);
  });

  test('differs for slugs that begin alike', () => {
    const slugs = ['a', 'b'].map((end) => `the-same-very-long-beginning-of-a-slug-${end}`);
    const [a, b] = slugs.map(wallUid);
    expect(a).not.toBe(b);
  });
});

describe('the wall of a project', () => {
  const teamWall = dashboard('bugflow-team-wall', 'Team wall', { refresh: '1m' });

  test('is the team wall with another name, its own tag and a fixed project', () => {
    const wall = projectWall(teamWall, { slug: 'webshop', name: 'The web shop' });
    expect(wall).toEqual({
      ...teamWall,
      uid: 'bugflow-wall-webshop',
      title: 'The web shop · wall',
      tags: ['taiga-bugflow-wall'],
      templating: { list: [teamWall.templating?.list[0], expect.anything(), teamWall.templating?.list[2]] },
    });
    expect(wall.templating?.list[1]).toEqual({
      ...teamWall.templating?.list[1],
      query: 'webshop',
      current: { selected: true, text: 'webshop', value: 'webshop' },
    });
    // And the team wall is as it was.
    expect(teamWall).toEqual(dashboard('bugflow-team-wall', 'Team wall', { refresh: '1m' }));
  });

  test('has a title of one line', () => {
    const wall = projectWall(teamWall, { slug: 'two', name: 'Two\nlines\u0007 · 二' });
    expect(wall.title).toBe('Two lines · 二 · wall');
  });

  test('of a variable that was one to choose from is none any more', () => {
    const list = [{ name: 'project', type: 'query', label: 'Project', multi: true, query: 'x' }];
    const wall = projectWall({ ...teamWall, templating: { list } }, { slug: 'a', name: 'A' });
    expect(wall.templating?.list).toEqual([
      {
        name: 'project',
        type: 'constant',
        label: 'Project',
        hide: 2,
        query: 'a',
        current: { selected: true, text: 'a', value: 'a' },
      },
    ]);
  });
});

test('addresses go into hidden variables, whatever their type; a variable of another kind is none', () => {
  const list = ['constant', 'textbox', 'query'].map((type) => ({ name: 'exporter', type, query: 'x' }));
  const adapted = adaptDashboard(dashboard('x', 'X', { templating: { list } }), {
    datasource: { uid: 'u', name: 'n', isDefault: true },
    addresses: { exporter: 'https://b' },
  });
  const current = { text: 'https://b', value: 'https://b' };
  expect(adapted.templating?.list).toEqual([
    { name: 'exporter', type: 'constant', query: 'https://b', current },
    {
      name: 'exporter',
      type: 'textbox',
      query: 'https://b',
      current,
      options: [{ ...current, selected: true }],
    },
    { name: 'exporter', type: 'query', query: 'x' },
  ]);
});

test('links to an address that is not known are left out, wherever they are', () => {
  const dead = { title: 'Report', url: `\${exporter}/reports/bugs?\${project:queryparam}` };
  const kept = { title: 'Detail', url: `/d/bugflow-sprint?from=\${exporter}` };
  const both = (links: unknown) => ({
    links,
    panels: [
      {
        id: 1,
        links,
        fieldConfig: {
          defaults: { links },
          overrides: [{ properties: [{ id: 'links', value: links }] }],
        },
      },
    ],
  });
  const adapt = (exporter: string | undefined) =>
    adaptDashboard(dashboard('x', 'X', both([dead, kept])), {
      datasource: { uid: 'u', name: 'n', isDefault: true },
      addresses: { exporter, alertmanager: undefined },
    });
  expect(adapt(undefined)).toMatchObject(both([kept]));
  expect(adapt('https://b')).toMatchObject(both([dead, kept]));
});

test.each([
  ['the same', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, true],
  ['more than we wrote', { a: 1 }, { a: 1, id: 7, version: 3 }, true],
  ['a null that is absent', { a: 1, id: null }, { a: 1 }, true],
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, false],
  ['another type', { a: 1 }, { a: '1' }, false],
  ['less than we wrote', { a: 1, b: false }, { a: 1 }, false],
  ['a panel more', { panels: [{ id: 1 }] }, { panels: [{ id: 1 }, { id: 2 }] }, false],
  ['a list that is none', { a: [] }, { a: {} }, false],
  ['a map that is none', { a: {} }, { a: [] }, false],
  ['something for null', { a: null }, { a: 1 }, false],
])('%s', (_case, wanted, there, expected) => {
  expect(isThere(wanted, there)).toBe(expected);
});
