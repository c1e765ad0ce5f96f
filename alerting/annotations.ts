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

export function runbookUrl(alert: string, project: boolean): string {
  return link('exporter', `/runbooks/${alert}${project ? '?project={{ $labels.project }}' : ''}`);
}

/** With the project, and so much of the past that one sees how it came. */
export function dashboardUrl(uid: string, project: boolean): string {
  const variables = project ? 'var-project={{ $labels.project }}&' : '';
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
