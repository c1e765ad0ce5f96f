import { changeVariables, type Dashboard, type Variable, withoutLinksTo } from './dashboard.js';
import type { Datasource } from './datasource.js';

/** The data source and addresses that all dashboards of one installation use. */
export interface DashboardSettings {
  readonly datasource: Datasource;
  /** Addresses by the name of the hidden variable; undefined: not known, and links to it are left out. */
  readonly addresses: Readonly<Record<string, string | undefined>>;
}

/** The dashboard with this data source and these addresses. */
export function adaptDashboard(
  dashboard: Dashboard,
  { datasource, addresses }: DashboardSettings,
): Dashboard {
  const unknown = Object.keys(addresses).filter((name) => addresses[name] === undefined);
  return changeVariables(withoutLinksTo(dashboard, unknown), (variable) => {
    if (variable.type === 'datasource')
      return { ...variable, current: { text: datasource.name, value: datasource.uid } };
    const address = addresses[variable.name];
    return address === undefined ? variable : withValue(variable, address);
  });
}

function withValue(variable: Variable, value: string): Variable {
  if (!['constant', 'textbox', 'custom'].includes(variable.type)) return variable;
  const current = { text: value, value };
  if (variable.type === 'constant') return { ...variable, query: value, current };
  return { ...variable, query: value, current, options: [{ ...current, selected: true }] };
}
