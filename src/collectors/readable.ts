import type { Readable, ReadablePart } from '../taiga/reader.js';
import type { Frame } from '../taiga/sql/compile.js';
import type { SqlSource } from '../taiga/sql/query-text.js';
import type { CollectorDefinition } from './definition.js';

/** One of a collector's pieces of SQL as a query to Taiga. */
export function readableOf(definition: CollectorDefinition, sql: SqlSource, frame?: Frame): Readable {
  const { timeoutMs } = definition;
  return { ...askingOf(definition), sql, timeoutMs, ...(frame && { frame }) };
}

/** The same as a part of a query that several collectors share. */
export function readablePartOf(
  definition: CollectorDefinition,
  part: Pick<ReadablePart, 'sql' | 'reading' | 'columns'>,
): ReadablePart {
  return { ...askingOf(definition), ...part };
}

function askingOf({
  name,
  shipped,
  relations,
}: CollectorDefinition): Pick<Readable, 'askedBy' | 'shipped' | 'relations'> {
  return { askedBy: { kind: 'collector', name }, shipped, relations };
}
