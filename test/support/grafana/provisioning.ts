import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { GrafanaStore, Json } from './store.js';

export interface ProvisionedDatasource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault: boolean;
}

interface Provider {
  readonly name?: string;
  readonly folder?: string;
  readonly folderUid?: string;
  readonly allowUiUpdates?: boolean;
  readonly options?: { readonly path?: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a provisioning folder as Grafana does when it starts: data sources, and dashboards from files. */
export function readProvisioning(
  folder: string,
  store: GrafanaStore,
  env: Environment,
): readonly ProvisionedDatasource[] {
  for (const { providers = [] } of yamlFiles<{ providers?: Provider[] }>(join(folder, 'dashboards'), env))
    for (const provider of providers) provisionDashboards(provider, store);
  return yamlFiles<{ datasources?: Partial<ProvisionedDatasource>[] }>(
    join(folder, 'datasources'),
    env,
  ).flatMap(({ datasources = [] }) =>
    datasources.map(({ name = '', uid, type = '', url = '', isDefault = false }) => ({
      ...{ name, type, url, isDefault },
      uid: uid ?? uidOf(name),
    })),
  );
}

function provisionDashboards(provider: Provider, store: GrafanaStore): void {
  const { folder = '', allowUiUpdates = false, options } = provider;
  const path = options?.path;
  if (path === undefined) throw new Error(`the provider ${provider.name} has no path`);
  const folderUid = folder === '' ? '' : (provider.folderUid ?? uidOf(folder));
  if (folderUid !== '' && !store.folders.has(folderUid))
    store.folders.set(folderUid, { uid: folderUid, title: folder, version: 1 });
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const content = JSON.parse(readFileSync(join(path, file), 'utf8')) as Json;
    if (typeof content.uid !== 'string' || typeof content.title !== 'string')
      throw new Error(`${file} has no uid or no title`);
    if (allowUiUpdates) store.saveDashboard({ dashboard: content, folderUid });
    else store.provision(content, folderUid);
  }
}

/** Replaces `$NAME` and `${NAME}` by variables of the environment. */
function yamlFiles<T>(folder: string, env: Environment): T[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const expanded = text.replace(
        /\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g,
        (_match, inBraces?: string, bare?: string) => env[inBraces ?? bare ?? ''] ?? '',
      );
      return (parse(expanded) ?? {}) as T;
    });
}

function uidOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 14);
}
