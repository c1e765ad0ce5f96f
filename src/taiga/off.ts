import type { Reader } from './reader.js';

/** Instead of an answer: the tables and columns that are required and that this Taiga lacks. */
export interface Off {
  readonly missing: readonly string[];
}

/** What may be off: a Taiga that lacks one of these tables or columns cannot tell it. */
export interface Requiring {
  readonly requires: readonly string[];
}

/** Why it is off; undefined when it is not. @throws BugflowError */
export async function offReason(
  reader: Pick<Reader, 'lacking'>,
  { requires }: Requiring,
): Promise<Off | undefined> {
  const missing = await reader.lacking(requires);
  return missing.length === 0 ? undefined : { missing };
}

/** Those that are not off. @throws BugflowError */
export async function withoutOff<T extends Requiring>(
  reader: Pick<Reader, 'lacking'>,
  candidates: readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  for (const candidate of candidates) if (!(await offReason(reader, candidate))) found.push(candidate);
  return found;
}
