/** How dashboards' addresses say that all projects are chosen: by Grafana's value or word for it, or by the wall's pattern. */
const ALL: readonly string[] = ['$__all', 'All', '.+'];

/**
 * The projects that Grafana names in the address of a link: `var-project=shop&var-project=app`.
 * @returns empty for all
 */
export function chosenProjects(values: readonly string[]): readonly string[] {
  return values.some((value) => ALL.includes(value)) ? [] : values;
}
