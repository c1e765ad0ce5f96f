import { hasCode } from '../base/errors.js';
import { sqlMistakeOf } from '../database/explain-error.js';
import { type Asker, queryError } from './asker.js';
import type { CompiledQuery, SqlSource } from './sql/query-text.js';

/** An asker and its SQL. */
export interface Asked {
  readonly sql: SqlSource;
  readonly askedBy: Asker;
}

/** PostgreSQL's error about a mistake in the SQL, with the file and line to fix; undefined for other errors. */
export function explainMistake(
  error: unknown,
  query: CompiledQuery,
  asked: readonly Asked[],
): Error | undefined {
  const mistake = sqlMistakeOf(error);
  if (!mistake) return undefined;
  const { message, hint, position } = mistake;
  const place = query.locate(position ?? query.text.length);
  const own = asked.filter(({ sql }) => sql.file === place.file);
  return queryError(
    'sql',
    (own.length > 0 ? own : asked).map(({ askedBy }) => askedBy),
    `SQL: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    { place, cause: error },
  );
}

/** For SQL that took too long, an error that names its asker; any other error unchanged. */
export function nameTimeout(error: unknown, asked: readonly Asked[]): unknown {
  const [first] = asked;
  if (!first || !hasCode(error, 'COLLECTOR_TIMEOUT')) return error;
  const { file, line } = first.sql;
  return queryError(
    'timeout',
    asked.map(({ askedBy }) => askedBy),
    error.message,
    { place: { file, line }, cause: error },
  );
}
