import { changeVariables, type Dashboard, type Variable } from './dashboard.js';
import type { Datasource } from './datasource.js';

/** What the dashboards of one installation have in common. */
export interface Surroundings {
  readonly datasource: Datasource;
  /** Addresses by the names of the hidden variables that hold them; undefined: as the dashboard has it. */
  readonly addresses: Readonly<Record<string, string | undefined>>;
}

/** A dashboard that reads this Prometheus and whose links lead to these addresses. */
export function settle(dashboard: Dashboard, { datasource, addresses }: Surroundings): Dashboard {
  return changeVariables(dashboard, (variable) => {
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
