import { BugflowError, type ErrorCode, type Place } from '../base/errors.js';

/** The part that asks Taiga, for errors: `{ kind: 'report', name: 'daily' }`. */
export interface Asker {
  readonly kind: string;
  readonly name: string;
}

/** What can be wrong with a query. */
export type QueryProblem = keyof typeof COLLECTOR_CODES;

/** Collectors, and the relations that ship with them, have their own codes. */
const COLLECTOR_CODES = {
  invalid: 'COLLECTOR_INVALID',
  sql: 'COLLECTOR_SQL',
  timeout: 'COLLECTOR_TIMEOUT',
} as const satisfies Record<string, ErrorCode>;

const QUERY_CODES: Readonly<Record<QueryProblem, ErrorCode>> = {
  invalid: 'QUERY_INVALID',
  sql: 'QUERY_SQL',
  timeout: 'QUERY_TIMEOUT',
};

/** An error in a query; it names the askers, as several may share one query. */
export function queryError(
  problem: QueryProblem,
  askedBy: Asker | readonly Asker[] | undefined,
  message: string,
  options: { readonly place?: Place; readonly cause?: unknown },
): BugflowError {
  const askers = askedBy === undefined ? [] : 'kind' in askedBy ? [askedBy] : askedBy;
  const isCollectors = askers.every(({ kind }) => kind === 'collector' || kind === 'relation');
  const code = (isCollectors ? COLLECTOR_CODES : QUERY_CODES)[problem];
  return new BugflowError(code, askers.length === 0 ? message : `${describe(askers)}: ${message}`, options);
}

/** A longer list would hardly be read. */
const MAX_NAMES = 3;

/** `collector "wip"`, `collector "wip", collector "epics" and 4 others` */
function describe(askers: readonly Asker[]): string {
  const names = [...new Set(askers.map(({ kind, name }) => `${kind} "${name}"`))];
  const [last, ...before] = names.slice(0, MAX_NAMES).reverse();
  const others = names.length - MAX_NAMES;
  if (others > 0)
    return `${[...before.reverse(), last].join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`;
  return before.length === 0 ? `${last}` : `${before.reverse().join(', ')} and ${last}`;
}
