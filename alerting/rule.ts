/** A rule as Prometheus reads it. */
export interface Rule {
  /** Why it is as it is, for whoever reads the file. */
  readonly comment: string;
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** critical: somebody is needed now, whatever the hour; warning: in working time; info: worth knowing; none: for machines. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** What is told, and when. */
export interface Alert {
  readonly name: string;
  readonly comment: string;
  readonly severity: Severity;
  /** What is so, in a fixed sentence. */
  readonly summary: string;
  /** With numbers; `$value` is that of the expression. */
  readonly description: string;
  readonly expression: string;
}
