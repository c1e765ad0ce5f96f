/** What Grafana puts in the place of its variables before it asks. */
export interface Surroundings {
  /** A regular expression, as Grafana makes it of several values. */
  readonly project: string;
  readonly bugType: string;
  readonly sprint: string;
  readonly kind: string;
  readonly instance: string;
  readonly endS: number;
  readonly stepS: number;
  readonly rangeS: number;
}

export const TYPICAL: Surroundings = {
  project: '(webshop|app)',
  bugType: '(Bug|Defect)',
  sprint: 'sprint-7',
  kind: '(userstory|issue)',
  instance: '.+',
  endS: 1_700_000_000,
  stepS: 3600,
  rangeS: 90 * 86_400,
};

/** @throws where a variable is left */
export function substitute(expression: string, surroundings: Surroundings): string {
  const values: Readonly<Record<string, string>> = {
    '${__to:date:seconds}': String(surroundings.endS),
    $__rate_interval: `${Math.max(surroundings.stepS + 60, 240)}s`,
    $__interval: `${surroundings.stepS}s`,
    $__range: `${surroundings.rangeS}s`,
    $instance: surroundings.instance,
    $project: surroundings.project,
    $bug_type: surroundings.bugType,
    $sprint: surroundings.sprint,
    $kind: surroundings.kind,
  };
  const text = Object.entries(values).reduce(
    (before, [variable, value]) => before.replaceAll(variable, value),
    expression,
  );
  if (text.includes('$')) throw new Error(`an unknown variable in ${text}`);
  return text;
}
