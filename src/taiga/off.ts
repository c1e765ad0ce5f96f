import type { Reader } from './reader.js';

/** In place of an answer: the required tables and columns that this Taiga lacks. */
export interface Off {
  readonly missing: readonly string[];
}

/** Something that needs tables or columns; it is off in a Taiga that lacks one of them. */
export interface Requiring {
  readonly requires: readonly string[];
}

/** What is lacking; undefined when nothing is. @throws BugflowError */
export async function offReason(
  reader: Pick<Reader, 'lacking'>,
  { requires }: Requiring,
): Promise<Off | undefined> {
  const missing = await reader.lacking(requires);
  return missing.length === 0 ? undefined : { missing };
}

/** The items that are not off. @throws BugflowError */
export async function withoutOff<T extends Requiring>(
  reader: Pick<Reader, 'lacking'>,
  candidates: readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  for (const candidate of candidates) if (!(await offReason(reader, candidate))) found.push(candidate);
  return found;
}
