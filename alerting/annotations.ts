/**
 * Texts of alerts, as Prometheus' templates. Plain text: whoever shows them escapes what means something there.
 */

/** Where the alert's project stands in a question, quoted. */
export const QUOTED_PROJECT = '%[1]q';

/** What Prometheus answers to a question, in a template's `with` or `range`. */
export function ask(query: string): string {
  return query.includes(QUOTED_PROJECT)
    ? `query (printf ${JSON.stringify(query)} $labels.project)`
    : `query ${JSON.stringify(query)}`;
}

/** One of `external_urls`; what was last known outlives an outage. */
function externalUrl(name: string): string {
  const selector = `bugflow_external_url_info{name="${name}"}`;
  return ask(`${selector} or last_over_time(${selector}[7d])`);
}

function link(name: string, path: string): string {
  return `{{ with ${externalUrl(name)} }}{{ . | first | label "url" }}${path}{{ end }}`;
}

/** Whatever a slug has in it. */
const PROJECT = '{{ $labels.project | urlquery }}';

export function runbookUrl(alert: string, project: boolean): string {
  return link('exporter', `/runbooks/${alert}${project ? `?project=${PROJECT}` : ''}`);
}

/** Where the items behind an alert are listed. */
export interface Report {
  /** A section of a report: `week#blocked`. */
  readonly leadsTo: string;
  /** How its period stands in the address after the project, as a template; undefined: the report's own. */
  readonly period?: string;
}

/** The days before today, and today so far: at least so many times 24 hours. */
export function lastDays(days: number): string {
  return `&period=last+${days + 1}+days`;
}

/** The day that ends at a moment, which is what Prometheus answers to a question. Without an answer: nothing. */
export function dayBefore(query: string): string {
  const moment = (expression: string): string =>
    `{{ (toTime (query (printf ${JSON.stringify(expression)} $labels.project) | first | value)).UTC.Format "2006-01-02T15:04:05Z" }}`;
  return `{{ if ${ask(query)} }}&from=${moment(`${query} - 86400`)}&to=${moment(query)}{{ end }}`;
}

export function reportUrl({ leadsTo, period = '' }: Report): string {
  const [report = '', section = ''] = leadsTo.split('#');
  return link('exporter', `/reports/${report}?project=${PROJECT}${period}#${section}`);
}

/** With the project, and so much of the past that one sees how it came. */
export function dashboardUrl(uid: string, project: boolean): string {
  const variables = project ? `var-project=${PROJECT}&` : '';
  return link('grafana', `/d/${uid}?${variables}from=now-30d&to=now`);
}

/** Names five items at most that the exporter lists for this reason, the worst first, a line each. */
export function itemsOf(reason: string): string {
  const list = ask(
    `sort_desc(topk(5, max by (kind, ref, subject, url) (last_over_time(taiga_attention_item_age_seconds{reason="${reason}",project=${QUOTED_PROJECT}}[5m]))))`,
  );
  // A line each, and not a long one.
  const subject = '{{ .Labels.subject | reReplaceAll `\\s+` ` ` | reReplaceAll `^(.{80}).+$` `$1…` }}';
  const age =
    '({{ .Value | humanizeDuration | reReplaceAll `^(-?\\d+[dhm]) .*` `$1` | reReplaceAll `^-` `in ` }})';
  return `{{ range ${list} }}#{{ .Labels.ref }} ${subject} ${age} {{ .Labels.url }}\n{{ end }}`;
}

/** `1 item`, `2 items` */
export function counted(one: string, many = `${one}s`): string {
  return `{{ $value | printf "%.0f" }} ${plural(one, many)}`;
}

/** The same of what the exporter lists so many of at most: `5 or more items`. */
export function countedUpTo(limit: number, one: string): string {
  return `{{ $value | printf "%.0f" }}{{ if ge $value ${limit}.0 }} or more{{ end }} ${plural(one, `${one}s`)}`;
}

function plural(one: string, many: string): string {
  return `{{ if eq $value 1.0 }}${one}{{ else }}${many}{{ end }}`;
}

export const PERCENT = '{{ $value | humanizePercentage }}';
export const TIMES = '{{ $value | printf "%.1f" }}';
