import type { ReportDefinition, SectionDefinition } from './definition.js';
import type { ResolvedPeriod } from './period.js';

/** A value as PostgreSQL writes it: times in UTC; null: none. */
export type Cell = string | null;

/** What a section found: its rows have the section's columns, in their order. */
export interface SectionResult {
  readonly definition: SectionDefinition;
  readonly rows: readonly (readonly Cell[])[];
  /** The same for the period before; undefined: not compared. */
  readonly before: readonly (readonly Cell[])[] | undefined;
  /** Whether there were more rows than the section's limit. */
  readonly isCut: boolean;
}

/** What a report about an item is about. */
export interface ResultItem {
  /** As it was asked for. */
  readonly ref: number;
  /** Where it is now, with what leads to it in Taiga; undefined: it was deleted, or is in a project that is not exported. */
  readonly now: { readonly project: string; readonly kind: string; readonly ref: number } | undefined;
}

/** A report's numbers, for any medium. */
export interface ReportResult {
  readonly definition: ReportDefinition;
  /** Slugs. */
  readonly projects: readonly string[];
  /** Undefined: the report is about no single item. */
  readonly item?: ResultItem | undefined;
  readonly period: ResolvedPeriod;
  /** When Taiga was read, in Unix milliseconds. */
  readonly readAtMs: number;
  readonly timeZone: string;
  /** Where people find Taiga, without a slash at the end; empty: not known. */
  readonly taigaUrl: string;
  readonly sections: readonly SectionResult[];
}
