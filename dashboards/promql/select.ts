/**
 * Selecting series. Two exporters of one Taiga (a rolling update, a pair for safety) show the same numbers under
 * two names, and so does one whose job was renamed: of each series the larger one is taken, once.
 */
export function once(expression: string): string {
  return `max without (job, instance, pod) (${expression})`;
}

/** Label matchers, as they stand between the braces. */
export type Matchers = string;

/** The chosen projects, in every dashboard. */
export const PROJECT: Matchers = 'project=~"$project"';

export function matching(...matchers: readonly Matchers[]): Matchers {
  return matchers.filter((matcher) => matcher !== '').join(',');
}

/** A gauge, or the buckets of a distribution of now, as it was at the moment that is drawn. */
export function latest(metric: string, matchers: Matchers = PROJECT, offset = ''): string {
  return once(`${metric}{${matchers}}${offset && ` offset ${offset}`}`);
}

/**
 * A gauge as it is at the end of the time range, at every moment that is drawn: where the whole picture goes by one answer.
 * (`@ end()` would be the last step, up to a day ago.)
 */
export function atEnd(metric: string, matchers: Matchers = PROJECT): string {
  return once(`last_over_time(${metric}{${matchers}}[10m] @ \${__to:date:seconds})`);
}

/** A gauge, as it was at the beginning of the time range. */
export function atStart(metric: string, matchers: Matchers = PROJECT): string {
  return once(`${metric}{${matchers}} @ start()`);
}

/** Selected series, looked up a while back so that a missed scrape is no gap. */
export function lookedUp(selector: string, window: string, offset = ''): string {
  return `last_over_time(${selector}[${window}]${offset && ` offset ${offset}`})`;
}

/** The same, and 0 where only `groups` is there: what has no rows any more has no series either. */
export function orZero(expression: string, groups: string): string {
  return `(${expression} or 0 * ${groups})`;
}

/**
 * With the name that people use beside the project's slug, whatever else it is by. It is the name at the end of the range:
 * a project that was renamed is one line, and one that was imported has one before it was created here, too.
 */
export function withProjectName(expression: string): string {
  const names = `max by (project, project_name) (${atEnd('taiga_project_info')})`;
  return `(${expression}) * on (project) group_left (project_name) ${names}`;
}
