import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Committed } from './dashboards.js';

export interface Link {
  readonly where: string;
  readonly panel: number | undefined;
  readonly title: string;
  readonly url: string;
  readonly targetBlank: boolean;
}

type RawLink = Omit<Link, 'where' | 'panel'>;

/** All links of a dashboard that have an address: at its top, in panels' corners, of numbers and of cells. */
export function linksOf({ name, dashboard }: Committed): Link[] {
  const found = (where: string, panel: number | undefined, links: unknown): Link[] =>
    ((links ?? []) as readonly RawLink[])
      .filter(({ url }) => url !== undefined)
      .map((link) => ({ ...link, where: `${name}: ${where}`, panel }));
  return [
    ...found('top', undefined, dashboard.links),
    ...(dashboard.panels ?? []).flatMap((panel) => {
      if (panel.type === 'row' || !('fieldConfig' in panel)) return [];
      const { id, title = '', links, fieldConfig } = panel;
      return [
        ...found(title, id, links),
        ...found(title, id, fieldConfig?.defaults.links),
        ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
          properties.flatMap((property) => (property.id === 'links' ? found(title, id, property.value) : [])),
        ),
      ];
    }),
  ];
}

/** What somebody chose in Grafana. */
export interface Chosen {
  readonly exporter: string;
  /** Undefined: all. */
  readonly projects: readonly string[] | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the chosen sprint, as Prometheus answers. */
  readonly sprintFrom: string;
  readonly sprintTo: string;
  /** Before Grafana 11, `:queryparam` says All in other words. */
  readonly isOld?: boolean;
}

/** The address as Grafana makes it when the link is clicked on. @throws where something is left to fill in */
export function addressOf({ url }: Link, dashboard: Dashboard, chosen: Chosen): string {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const values: Readonly<Record<string, string>> = {
    '${exporter}': chosen.exporter,
    '${project:queryparam}': projectParameters(dashboard, chosen),
    '${__from:date:iso}': iso(chosen.fromMs),
    '${__to:date:iso}': iso(chosen.toMs),
    '${sprint_from:date:iso}': iso(Number.parseInt(chosen.sprintFrom, 10)),
    '${sprint_to:date:iso}': iso(Number.parseInt(chosen.sprintTo, 10)),
  };
  const address = url.replace(/\$\{[^}]*\}/g, (expression) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`${expression} in ${url} is not understood`);
    return value;
  });
  if (address.includes('$')) throw new Error(`something is left to fill in: ${address}`);
  return address;
}

/** With the name that Grafana gives to the variable in addresses, and with its own word for all. */
function projectParameters(dashboard: Dashboard, { projects, isOld = false }: Chosen): string {
  const variable = dashboard.templating.list?.find(({ name }) => name === 'project');
  if (!variable) throw new Error('there is no project to choose');
  const all = isOld ? 'All' : '$__all';
  // A constant is passed on as it is.
  const fixed = variable.type === 'constant' ? [projects?.[0] ?? String(variable.query)] : undefined;
  return (fixed ?? projects ?? [all]).map((value) => `var-project=${encodeURIComponent(value)}`).join('&');
}
