/** The chosen exporters: here each is looked at on its own. */
export const INSTANCE = 'instance=~"$instance"';

/** A series of the service's own. */
export function own(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[INSTANCE, ...matchers].join(',')}}`;
}
