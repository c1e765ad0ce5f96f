import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BugflowError, messageOf } from '../base/errors.js';

/** The uids that Grafana accepts for dashboards and folders. */
export const UID = /^[a-zA-Z0-9_-]{1,40}$/;

const variable = z.looseObject({ name: z.string(), type: z.string() });
const dashboardSchema = z.looseObject({
  uid: z.string().regex(UID),
  title: z.string().min(1),
  tags: z.array(z.string()).optional(),
  templating: z.looseObject({ list: z.array(variable) }).optional(),
});

export type Variable = Readonly<z.output<typeof variable>>;
/** A dashboard in Grafana's classic JSON; only the parts that are used here have types. */
export type Dashboard = Readonly<z.output<typeof dashboardSchema>>;

/** The dashboards in the JSON files of a folder, sorted by file name. @throws BugflowError */
export async function readDashboards(folder: string): Promise<readonly Dashboard[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new BugflowError('GRAFANA_DASHBOARDS', `cannot read the dashboards: ${messageOf(error)}`);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map((name) => readDashboard(join(folder, name))));
}

async function readDashboard(file: string): Promise<Dashboard> {
  try {
    return dashboardSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it has no uid or no title' : messageOf(error);
    throw new BugflowError('GRAFANA_DASHBOARDS', `this is not a dashboard: ${reason}`, { place: { file } });
  }
}

/** A dashboard with some of its variables changed. */
export function changeVariables(dashboard: Dashboard, change: (variable: Variable) => Variable): Dashboard {
  const { templating } = dashboard;
  if (!templating) return dashboard;
  return { ...dashboard, templating: { ...templating, list: templating.list.map(change) } };
}

/** A dashboard without its links that begin with one of these variables. */
export function withoutLinksTo(dashboard: Dashboard, variables: readonly string[]): Dashboard {
  const beginnings = variables.map((name) => `\${${name}}`);
  const isLink = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    beginnings.some((beginning) => String(value.url).startsWith(beginning));
  const pruned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((each) => !isLink(each)).map(pruned);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pruned(each)]));
  };
  const { uid, title, ...rest } = dashboard;
  return { ...(pruned(rest) as Omit<Dashboard, 'uid' | 'title'>), uid, title };
}

/**
 * Whether Grafana already has what would be written. Additions by Grafana are ignored: ids, versions, and defaults.
 */
export function isThere(wanted: unknown, there: unknown): boolean {
  if (wanted === null || wanted === undefined) return there === null || there === undefined;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) &&
      wanted.length === there.length &&
      wanted.every((item, i) => isThere(item, there[i]))
    );
  }
  if (typeof wanted === 'object') {
    if (typeof there !== 'object' || there === null || Array.isArray(there)) return false;
    const found = there as Readonly<Record<string, unknown>>;
    return Object.entries(wanted).every(([key, value]) => isThere(value, found[key]));
  }
  return wanted === there;
}
