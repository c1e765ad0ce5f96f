import { readdirSync, readFileSync } from 'node:fs';
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

const FOLDER = new URL('../../dashboards/json/', import.meta.url);

/** A dashboard as it is committed. */
export interface Committed {
  readonly name: string;
  readonly text: string;
  readonly dashboard: Dashboard;
  /** Those that ask something: without headings and texts. */
  readonly panels: readonly Panel[];
}

export const COMMITTED: readonly Committed[] = readdirSync(FOLDER)
  .sort()
  .map((file) => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    const dashboard = JSON.parse(text) as Dashboard;
    const panels = (dashboard.panels ?? []).filter(
      (panel): panel is Panel => panel.type !== 'row' && panel.type !== 'text',
    );
    return { name: file.replace(/\.json$/, ''), text, dashboard, panels };
  });

export function committed(name: string): Committed {
  const found = COMMITTED.find((each) => each.name === name);
  if (!found) throw new Error(`there is no dashboard ${name}`);
  return found;
}

/** PromQL of a dashboard, and where it stands. */
export interface Expression {
  readonly where: string;
  readonly text: string;
  /** What the legend names: labels, as `{{status}}`. */
  readonly legend: string;
  readonly panel: Panel | undefined;
  readonly refId: string;
  readonly instant: boolean;
}

interface PrometheusTarget {
  readonly refId: string;
  readonly datasource?: unknown;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
}

export function targetsOf(panel: Panel): readonly PrometheusTarget[] {
  return (panel.targets ?? []) as unknown as PrometheusTarget[];
}

/** Of panels, variables and annotations. */
export function expressionsOf({ name, dashboard, panels }: Committed): Expression[] {
  const rest = { legend: '', panel: undefined, refId: '', instant: true };
  return [
    ...panels.flatMap((panel) =>
      targetsOf(panel).map(({ refId, expr, legendFormat = '', instant = false }) => ({
        where: `${name}: ${panel.id} ${panel.title} (${refId})`,
        text: expr,
        legend: legendFormat,
        panel,
        refId,
        instant,
      })),
    ),
    ...(dashboard.templating.list ?? []).flatMap((variable) =>
      variableExpression(variable).map((text) => ({ ...rest, where: `${name}: $${variable.name}`, text })),
    ),
    ...(dashboard.annotations.list ?? []).flatMap(
      ({ name: title, expr, textFormat = '', titleFormat = '' }) =>
        expr === undefined
          ? []
          : [
              {
                ...rest,
                where: `${name}: annotation ${title}`,
                text: expr,
                legend: textFormat + titleFormat,
                instant: false,
              },
            ],
    ),
  ];
}

/** `query_result(EXPRESSION)` or `label_values(SELECTOR, label)`. */
function variableExpression({ type, query }: VariableModel): string[] {
  if (type !== 'query' || typeof query !== 'string') return [];
  const result = /^query_result\((.*)\)$/s.exec(query)?.[1];
  const selector = /^label_values\((.*), *\w+\)$/s.exec(query)?.[1];
  const text = result ?? selector;
  if (text === undefined) throw new Error(`not understood: ${query}`);
  return [text];
}
