import type { DataSourceRef, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/** What is said of every panel: a number that nobody can act on does not belong on a wall. */
export interface About {
  /** What the number means. */
  readonly means: string;
  /** When to act on it. */
  readonly act: string;
  /** What usually helps. */
  readonly helps: string;
}

export interface Facts {
  /** Stable: links to a panel and alerts keep it. */
  readonly id: number;
  readonly title: string;
  readonly about: About;
  /** One of the SDK's units. */
  readonly unit: string;
  readonly decimals?: number;
  /** In words, where there is no data: what that means, or what to do. */
  readonly empty?: string;
  /** A time range of its own, back from the end of the dashboard's. */
  readonly timeFrom?: string;
  /** The least step between two points. */
  readonly step?: string;
  readonly maxDataPoints?: number;
}

/** As far as the SDK's panel builders are alike. */
interface Builder {
  id(id: number): unknown;
  title(title: string): unknown;
  description(description: string): unknown;
  datasource(source: DataSourceRef): unknown;
  unit(unit: string): unknown;
  decimals(decimals: number): unknown;
  noValue(text: string): unknown;
  interval(interval: string): unknown;
  maxDataPoints(points: number): unknown;
  timeFrom(range: string): unknown;
  hideTimeOverride(hide: boolean): unknown;
  build(): Panel;
}

export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: `\${datasource}` };

export function describe(panel: Builder, facts: Facts, scale = ''): void {
  const { means, act, helps } = facts.about;
  panel.id(facts.id);
  panel.title(facts.title);
  panel.description([means, scale, `**Act** ${act}`, `**Helps:** ${helps}`].filter(Boolean).join('\n\n'));
  panel.datasource(DATASOURCE);
  panel.unit(facts.unit);
  panel.noValue(facts.empty ?? 'nothing to show');
  if (facts.decimals !== undefined) panel.decimals(facts.decimals);
  if (facts.step !== undefined) panel.interval(facts.step);
  if (facts.maxDataPoints !== undefined) panel.maxDataPoints(facts.maxDataPoints);
  if (facts.timeFrom !== undefined) {
    panel.timeFrom(facts.timeFrom);
    panel.hideTimeOverride(true);
  }
}
