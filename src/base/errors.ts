/** Stable codes, on which callers decide. `docs/errors.md` explains each. */
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
  | 'DATABASE_TIME_ZONE'
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
  | 'REPORT_USAGE'
  | 'REPORT_NO_ITEM'
  | 'REPORT_UNREADABLE'
  | 'REPORT_INVALID'
  | 'REPORT_VALUE'
  | 'REPORT_OUTPUT'
  | 'SLACK_UNREACHABLE'
  | 'SLACK_REFUSED'
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
  /** Counts from 1; absent when the whole file is meant. */
  readonly line?: number;
}

/** An error that a person can fix: one line that says where and what is wrong, and how to fix it. */
export class BugflowError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  /** True when the database could not be reached and the code alone does not say so. */
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

/** Whether the database could not be reached at all, so that the caller did nothing wrong. */
export function isDatabaseAbsent(error: unknown): boolean {
  return error instanceof BugflowError && (error.databaseAbsent || DATABASE_ABSENT.has(error.code));
}

/** The same error, but {@link isDatabaseAbsent} is true of it; errors that are no BugflowError stay as they are. */
export function asDatabaseAbsent(error: unknown): unknown {
  if (!(error instanceof BugflowError) || isDatabaseAbsent(error)) return error;
  return new BugflowError(error.code, error.message, { cause: error, databaseAbsent: true });
}

/** Whether every collector would fail, whatever its SQL. */
export function isDatabaseUnusable(error: unknown): boolean {
  return isDatabaseAbsent(error) || hasCode(error, 'DATABASE_NOT_TAIGA');
}

/** The message of any thrown value, in one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message || error.name : String(error));
}

/** Only quoted input could be longer. */
const MAX_LENGTH = 2000;

/** Replaces line breaks and other control characters, which a terminal would obey. */
function oneLine(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)} …` : text;
  return short
    .replace(/\s*[\t\r\n\u0085\u2028\u2029]+\s*/g, ' ')
    .replace(/\p{Cc}/gu, '\ufffd')
    .trim();
}

/** Whether an error of Node.js, or of a library like it, has one of these codes, such as `ENOENT`. */
export function isErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
