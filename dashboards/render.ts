import { fileURLToPath } from 'node:url';
import { loadLibrary } from '../src/collectors/library.js';
import { boards } from './boards/index.js';
import { explain } from './explain.js';
import { toJson } from './json.js';
import { leadToItems } from './reports.js';

/** The dashboards as Grafana reads them, by the names of their files. */
export async function render(): Promise<ReadonlyMap<string, string>> {
  const library = await loadLibrary({
    shippedFolder: fileURLToPath(new URL('../metrics', import.meta.url)),
    ownFiles: [],
    overrides: {},
    configFile: undefined,
  });
  return new Map(
    Object.entries(boards()).map(([name, dashboard]) => {
      leadToItems(name, dashboard);
      explain(dashboard, library);
      return [`${name}.json`, toJson(dashboard)];
    }),
  );
}
