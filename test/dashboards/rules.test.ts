import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, test } from 'vitest';
import { COMMITTED, type Committed, expressionsOf, targetsOf } from './dashboards.js';

/** Grafana's dashboard-linter, rule by rule, and what it does not know. */
const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };

describe.each(COMMITTED)('the dashboard $name', (committed: Committed) => {
  const { dashboard, panels } = committed;
  const variables = dashboard.templating.list ?? [];

  test('has a name of its own, and cannot be edited in place', () => {
    expect(dashboard.uid).toBe(`bugflow-${committed.name}`);
    expect(dashboard.id ?? null).toBeNull();
    expect(dashboard.editable).toBe(false);
    expect(dashboard.description?.endsWith('?'), 'it answers a question').toBe(true);
    expect(dashboard.tags?.length).toBeGreaterThan(0);
  });

  test('chooses its data source, and all that asks Prometheus uses the choice', () => {
    expect(variables[0]).toMatchObject({ type: 'datasource', name: 'datasource', query: 'prometheus' });
    for (const variable of variables)
      if (variable.type === 'query') expect(variable.datasource, variable.name).toEqual(DATASOURCE);
    for (const annotation of dashboard.annotations.list ?? [])
      expect(annotation.datasource, annotation.name).toEqual(DATASOURCE);
    for (const panel of panels) {
      expect(panel.datasource, panel.title).toEqual(DATASOURCE);
      for (const target of targetsOf(panel)) expect(target.datasource, panel.title).toEqual(DATASOURCE);
    }
  });

  test('chooses a project by name', () => {
    const project = variables.find(({ name }) => name === 'project');
    if (committed.name === 'exporter') return;
    if (committed.name === 'team-wall') expect(project).toMatchObject({ type: 'constant', query: '.+' });
    else expect(String(project?.query)).toContain('project_name');
  });

  test('asks for its variables again when the time range changes, and uses each', () => {
    const used = [
      committed.text.replaceAll(/"name": "\w+"/g, ''),
      ...expressionsOf(committed).map(({ text }) => text),
    ].join('\n');
    for (const { name, type, refresh } of variables) {
      if (type === 'query') expect(refresh, name).toBe(2);
      expect(used, name).toMatch(new RegExp(`\\$\\{?${name}\\b`));
    }
  });

  test('selects projects wherever the metric has them', () => {
    for (const { where, text } of expressionsOf(committed)) {
      for (const [selector] of text.matchAll(/taiga_\w+\{[^}]*\}/g)) {
        // It is what the projects are chosen from.
        if (committed.name === 'exporter' || where.endsWith('$project')) continue;
        expect(selector, where).toContain('project=~"$project');
      }
    }
  });

  test('has panels with stable, unique numbers', () => {
    const ids = (dashboard.panels ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id) && Number(id) > 0)).toBe(true);
  });

  test('has panels that do not overlap and leave no hole', () => {
    const cells = new Map<string, string>();
    let bottom = 0;
    for (const { gridPos, title = '' } of dashboard.panels ?? []) {
      if (!gridPos) throw new Error(`${title} has no place`);
      const { x, y, w, h } = gridPos;
      expect(x + w, title).toBeLessThanOrEqual(24);
      bottom = Math.max(bottom, y + h);
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) {
          const cell = `${row},${column}`;
          expect(cells.get(cell), `${title} at ${cell}`).toBeUndefined();
          cells.set(cell, title);
        }
      }
    }
    expect(cells.size).toBe(bottom * 24);
  });

  test('links to the others with what is chosen', () => {
    if (committed.name === 'team-wall') return;
    expect(dashboard.links?.filter(({ type }) => type === 'dashboards')).toMatchObject([
      { tags: ['taiga-bugflow'], includeVars: true, keepTime: true },
    ]);
  });

  test('marks sprints and alerts', () => {
    const names = (dashboard.annotations.list ?? []).map(({ name }) => name);
    const wanted =
      committed.name === 'team-wall' ? ['Sprint starts'] : ['Sprint starts', 'Sprint ends', 'Alerts'];
    if (committed.name === 'exporter') expect(names).toEqual(['Alerts']);
    else expect(names).toEqual(wanted);
  });

  describe.each(panels.map((panel) => [panel.title ?? '', panel] as const))('%s', (title, panel) => {
    test('is explained', () => {
      expect(title.trim()).not.toBe('');
      const parts = panel.description?.split('\n\n') ?? [];
      expect(parts.length).toBeGreaterThanOrEqual(3);
      expect(parts.at(-2)).toMatch(/^\*\*Act\*\* \w.*\.$/);
      expect(parts.at(-1)).toMatch(/^\*\*Helps:\*\* \w.*\.$/);
    });

    test('has a unit, and a word where there is nothing', () => {
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      expect(panel.fieldConfig?.defaults.noValue).toMatch(/^[a-z].*[a-z]/);
      expect(panel.fieldConfig?.defaults.noValue).not.toMatch(/^no data$/i);
    });

    test('asks something, and each question once', () => {
      const targets = targetsOf(panel);
      expect(targets.length).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      for (const { instant, range } of targets) expect(instant).not.toBe(range);
    });

    test('uses rate() only over a window that Grafana fits to the scrape interval', () => {
      for (const { expr } of targetsOf(panel)) {
        const windows = [...expr.matchAll(/\b(?:rate|irate|increase)\([^[]*\[([^\]]*)\]/g)];
        for (const [, window] of windows) expect(window).toBe('$__rate_interval');
      }
    });

    test('has a word for each colour', () => {
      for (const colour of coloursOf(panel)) {
        expect(panel.description, colour).toContain(`(${colour})`);
      }
    });
  });
});

/** The colours that mean something: of thresholds, and of verdicts. */
function coloursOf({ fieldConfig }: Panel): string[] {
  const steps = fieldConfig?.defaults.thresholds?.steps ?? [];
  const byVerdict = (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === 'byRegexp' && String(matcher.options).startsWith('/: '))
    .flatMap(({ properties }) => properties.flatMap(({ id, value }) => (id === 'color' ? [value] : [])))
    .map((value) => (value as { fixedColor: string }).fixedColor.replace(/^dark-/, ''));
  return [...(steps.length > 1 ? steps.map(({ color }) => color) : []), ...byVerdict];
}
