import { describe, expect, test } from 'vitest';
import { BEHIND, LISTED_NOWHERE } from '../../dashboards/reports.js';
import { COMMITTED } from './dashboards.js';
import { linksOf } from './links.js';

const ABOUT_TEAMS = COMMITTED.filter(({ name }) => name !== 'exporter');

describe.each(ABOUT_TEAMS)('the dashboard $name', (committed) => {
  const { name, dashboard, panels } = committed;
  const links = linksOf(committed);

  test.each(panels.map((panel) => [panel.id ?? 0, panel.title ?? '', panel.type] as const))(
    '%d %s leads to the items behind it, or it is said why not',
    (id, _, type) => {
      const leadsTo = BEHIND[name]?.[id];
      const addresses = links.filter(({ panel, url }) => panel === id && url.includes('/reports/'));
      if (leadsTo === undefined) {
        expect(LISTED_NOWHERE[name]?.[id]).toMatch(/\w/);
        expect(addresses).toEqual([]);
        return;
      }
      expect(LISTED_NOWHERE[name]?.[id]).toBeUndefined();
      const [report, section] = leadsTo.split('#');
      for (const { url, targetBlank } of addresses) {
        expect(url.startsWith(`\${exporter}/reports/${report}?`)).toBe(true);
        expect(url.endsWith(`#${section}`)).toBe(true);
        expect(targetBlank).toBe(true);
      }
      // In the corner, where there is nobody to click on a wall; a number is a link by itself, too.
      expect(addresses).toHaveLength(Number(name !== 'team-wall') + Number(type === 'stat'));
    },
  );

  test('names only panels that there are', () => {
    const named = [BEHIND, LISTED_NOWHERE].flatMap((table) => Object.keys(table[name] ?? {}));
    expect(named.toSorted()).toEqual(panels.map(({ id }) => String(id)).toSorted());
  });

  test('has a link to a report at its top, except on a wall', () => {
    const top = links.filter(({ panel }) => panel === undefined);
    expect(top.map(({ url }) => url.includes('/reports/'))).toEqual(name === 'team-wall' ? [] : [true]);
  });

  test('knows the address of the exporter', () => {
    expect(dashboard.templating.list?.find((variable) => variable.name === 'exporter')).toMatchObject({
      type: 'constant',
      hide: 2,
    });
  });
});
