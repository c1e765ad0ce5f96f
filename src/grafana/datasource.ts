import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import { type GrafanaClient, understand } from './client.js';

/** A data source of type Prometheus in Grafana. */
export interface Datasource {
  readonly uid: string;
  readonly name: string;
  readonly isDefault: boolean;
}

const PROMETHEUS = 'prometheus';

const listed = z.array(
  z.looseObject({ uid: z.string(), name: z.string(), type: z.string(), isDefault: z.boolean().optional() }),
);
const settings = z.looseObject({
  datasources: z.record(
    z.string(),
    z.looseObject({ uid: z.string().optional(), type: z.string().optional() }),
  ),
  defaultDatasource: z.string().optional(),
});

/** The data source with this name or uid; without one, the default or the only one. @throws BugflowError */
export async function chooseDatasource(
  client: GrafanaClient,
  wanted: string | undefined,
): Promise<Datasource> {
  const known = await listDatasources(client);
  const names = known.map(({ name }) => `"${name}"`).join(', ');
  const fail = (message: string): BugflowError => new BugflowError('GRAFANA_DATASOURCE', message);
  if (wanted !== undefined) {
    const found = known.find(({ name }) => name === wanted) ?? known.find(({ uid }) => uid === wanted);
    if (found) return found;
    throw fail(
      known.length === 0
        ? `Grafana at ${client.url} has no Prometheus data source "${wanted}", and no other: add it there first`
        : `Grafana at ${client.url} has no Prometheus data source "${wanted}"; known are ${names}`,
    );
  }
  const [first, ...others] = known;
  if (!first) {
    throw fail(
      `Grafana at ${client.url} has no Prometheus data source: add the Prometheus that scrapes the exporter`,
    );
  }
  const chosen = known.find(({ isDefault }) => isDefault) ?? (others.length === 0 ? first : undefined);
  if (chosen) return chosen;
  throw fail(`which Prometheus scrapes the exporter? Name it with --datasource; Grafana has ${names}`);
}

/** All Prometheus data sources. Administrators can list them; other users see those that they may query. */
async function listDatasources(client: GrafanaClient): Promise<readonly Datasource[]> {
  const list = await client.ask({
    method: 'GET',
    path: '/api/datasources',
    to: 'list the data sources',
    expected: [403],
  });
  if (list.status === 200) {
    return understand(listed, list)
      .filter(({ type }) => type === PROMETHEUS)
      .map(({ uid, name, isDefault = false }) => ({ uid, name, isDefault }));
  }
  const answer = await client.ask({
    method: 'GET',
    path: '/api/frontend/settings',
    to: 'list the data sources',
  });
  const { datasources, defaultDatasource } = understand(settings, answer);
  return Object.entries(datasources).flatMap(([name, { uid, type }]) =>
    type === PROMETHEUS && uid !== undefined ? [{ uid, name, isDefault: name === defaultDatasource }] : [],
  );
}
