import type { ColumnDefinition } from '../definition.js';
import type { SectionResult } from '../result.js';
import { formatValue } from '../values.js';
import { comparison } from './comparison.js';

/** A number of a section, as people read it. */
export interface Figure {
  readonly column: ColumnDefinition;
  readonly text: string;
  /** What it was in the period before; undefined: not compared. */
  readonly before: string | undefined;
  readonly word: 'better' | 'worse' | undefined;
}

/** The numbers of a section's first row. @throws BugflowError */
export function figuresOf({ definition, rows, before }: SectionResult, timeZone: string): Figure[] {
  return definition.columns.map((column, i) => {
    const [now, was] = [rows[0]?.[i], before?.[0]?.[i]];
    const text = (cell: typeof now): string => formatValue(cell ?? null, column, definition, timeZone) || '–';
    return {
      column,
      text: text(now),
      before: before && text(was),
      word: comparison(column, now, was),
    };
  });
}
