import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** The same text every time; no empty values, which say nothing. */
export function toJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, (_key, value: unknown) => (value === '' ? undefined : value), 2)}\n`;
}
