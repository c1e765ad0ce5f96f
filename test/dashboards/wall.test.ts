import { expect, test } from 'vitest';
import { committed } from './dashboards.js';

/** What holds on a television at 1920×1080, in kiosk mode, read from 4 m. */
const { dashboard, panels, text } = committed('team-wall');
const ROWS = 27;
const GRAPHS = ['timeseries', 'trend'];

test('there is little to read, and all of it is on the screen', () => {
  const tiles = panels.filter(({ type }) => type === 'stat');
  const graphs = panels.filter(({ type }) => GRAPHS.includes(type));
  expect(tiles.length).toBeLessThanOrEqual(9);
  expect(graphs.length).toBeLessThanOrEqual(3);
  expect(tiles.length + graphs.length).toBe(panels.length);
  const bottom = Math.max(
    ...(dashboard.panels ?? []).map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)),
  );
  expect(bottom).toBeLessThanOrEqual(ROWS);
});

test('there is nothing to choose', () => {
  for (const { name, hide } of dashboard.templating.list ?? []) expect(hide, name).toBe(2);
  expect(dashboard.timepicker?.hidden).toBe(true);
  expect(dashboard.links).toEqual([]);
});

test('it is read from afar', () => {
  for (const { title, type, options } of panels) {
    if (type === 'stat') {
      expect(options.text.titleSize, title).toBeGreaterThanOrEqual(20);
      expect(options.text.valueSize, title).toBeGreaterThanOrEqual(60);
      expect(options.textMode, title).toBe('value_and_name');
    } else {
      // Grafana writes legends with 12 pixels.
      expect(options.legend.showLegend, title).toBe(false);
    }
  }
});

test('it says whose it is', () => {
  const texts = (dashboard.panels ?? []).flatMap((panel) => (panel.type === 'text' ? [panel] : []));
  expect(texts).toHaveLength(1);
  expect(JSON.stringify(texts)).toMatch(/font-size: [3-9]\d.*\$\{project_name\}.*\$\{sprint:text\}/);
});

test('the project stands in one variable only', () => {
  const project = dashboard.templating.list?.find(({ name }) => name === 'project');
  expect(project).toEqual({
    ...project,
    type: 'constant',
    query: '.+',
    current: { selected: true, text: '.+', value: '.+' },
  });
  expect(text.split('".+"').length - 1).toBe(3);
});

test('it follows the data', () => {
  expect(dashboard.refresh).toBe('1m');
  expect(dashboard.time).toEqual({ from: 'now-90d', to: 'now' });
});
