/** Stable codes: callers decide on them, `docs/errors.md` explains each. */
export type ErrorCode =
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_INVALID'
  | 'COLLECTOR_UNREADABLE'
  | 'COLLECTOR_INVALID'
  | 'COLLECTOR_SQL'
  | 'COLLECTOR_COLUMN_MISSING'
  | 'COLLECTOR_VALUE'
  | 'COLLECTOR_KEY'
  | 'COLLECTOR_DUPLICATE_SERIES'
  | 'COLLECTOR_TOO_MANY_SERIES'
  | 'COLLECTOR_TIMEOUT'
  | 'QUERY_INVALID'
  | 'QUERY_SQL'
  | 'QUERY_TIMEOUT'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_LOGIN_REFUSED'
  | 'DATABASE_TLS'
  | 'DATABASE_MISSING'
  | 'DATABASE_NOT_TAIGA'
  | 'DATABASE_REPLICA_LAG'
  | 'DATABASE_REPLICA_CONFLICT'
  | 'DATABASE_PERMISSION'
  | 'DATABASE_PRIVILEGES'
  | 'TUNNEL_UNREACHABLE'
  | 'TUNNEL_HOST_KEY'
  | 'TUNNEL_LOGIN_REFUSED'
  | 'TUNNEL_FORWARD_REFUSED'
  | 'TUNNEL_KEY_FILE'
  | 'SERVER_ADDRESS'
  | 'STATE_FILE'
  | 'STATE_FILE_IN_USE'
  | 'STATE_FILE_UNWRITABLE'
  | 'DEMO_FOLDER'
  | 'COLLECT_OUTPUT'
  | 'BACKFILL_USAGE'
  | 'BACKFILL_OUTPUT'
  | 'BACKFILL_PROMTOOL'
  | 'BACKFILL_RECEIVER'
  | 'BACKFILL_RETENTION'
  | 'BACKFILL_UNSCRAPED'
  | 'GRAFANA_UNREACHABLE'
  | 'GRAFANA_ADDRESS'
  | 'GRAFANA_LOGIN_REFUSED'
  | 'GRAFANA_PERMISSION'
  | 'GRAFANA_DATASOURCE'
  | 'GRAFANA_PROVISIONED'
  | 'GRAFANA_REFUSED'
  | 'GRAFANA_DASHBOARDS'
  | 'ALERTMANAGER_OUTPUT'
  | 'ALERTMANAGER_UNREACHABLE'
  | 'ALERTMANAGER_REFUSED';

export interface Place {
  readonly file: string;
  /** 1-based; absent when the whole file is meant. */
  readonly line?: number;
}

/** An error that a person can act on: one line that says where, what, and how to fix it. */
export class BugflowError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  /** Whether the database could not be asked, where the code alone does not tell. */
  readonly databaseAbsent: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { place?: Place | undefined; cause?: unknown; databaseAbsent?: boolean } = {},
  ) {
    const place = options.place;
    const prefix = place ? `${place.file}${place.line === undefined ? '' : `:${place.line}`}: ` : '';
    super(oneLine(prefix + message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BugflowError';
    this.code = code;
    this.place = place;
    this.databaseAbsent = options.databaseAbsent ?? false;
  }
}

/** True for an error with one of the given codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is BugflowError {
  return error instanceof BugflowError && codes.includes(error.code);
}

const DATABASE_ABSENT: ReadonlySet<ErrorCode> = new Set([
  'DATABASE_UNREACHABLE',
  'DATABASE_LOGIN_REFUSED',
  'DATABASE_TLS',
  'DATABASE_MISSING',
  'DATABASE_REPLICA_LAG',
  'TUNNEL_UNREACHABLE',
  'TUNNEL_HOST_KEY',
  'TUNNEL_LOGIN_REFUSED',
  'TUNNEL_FORWARD_REFUSED',
  'TUNNEL_KEY_FILE',
]);

/** True when the database could not be asked at all: not the fault of whoever wanted to ask. */
export function isDatabaseAbsent(error: unknown): boolean {
  return error instanceof BugflowError && (error.databaseAbsent || DATABASE_ABSENT.has(error.code));
}

/** What kept a connection from being made: the same error, of which {@link isDatabaseAbsent} is true, if it is one of ours. */
export function asDatabaseAbsent(error: unknown): unknown {
  if (!(error instanceof BugflowError) || isDatabaseAbsent(error)) return error;
  return new BugflowError(error.code, error.message, { cause: error, databaseAbsent: true });
}

/** True when no collector can succeed, whatever its SQL. */
export function isDatabaseUnusable(error: unknown): boolean {
  return isDatabaseAbsent(error) || hasCode(error, 'DATABASE_NOT_TAIGA');
}

/** What to show of an unknown error: its message in one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message || error.name : String(error));
}

/** Only what is echoed of an input could be longer. */
const MAX_LENGTH = 2000;

/** Without line breaks, and without control characters, which would act on a terminal. */
function oneLine(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)} …` : text;
  return short
    .replace(/\s*[\t\r\n\u0085\u2028\u2029]+\s*/g, ' ')
    .replace(/\p{Cc}/gu, '\ufffd')
    .trim();
}
