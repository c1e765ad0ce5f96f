import { type Asker, queryError } from '../asker.js';
import { KEY_PATTERN } from '../history-keys.js';
import { isShared, type OwnParameters } from '../parameters.js';
import { type CompileContext, type CompiledQuery, createQueryText, type SqlSource } from './query-text.js';
import type { Relation } from './relations.js';

export interface CompileOptions extends CompileContext {
  readonly frame?: Frame | undefined;
  /** The most rows to return. */
  readonly limit?: number | undefined;
}

/** A query around a collector's rows. */
export type Frame = keyof typeof FRAMES;

const FRAMES = {
  /** The rows themselves. */
  rows: 'SELECT * FROM collector',
  /** Series that exist at `:now`. */
  zeros: 'SELECT * FROM collector WHERE at <= :now',
  /** An event whose key is not a history key of Taiga. */
  unexpected: `SELECT * FROM collector WHERE key IS NULL OR key !~ '${KEY_PATTERN}' LIMIT 1`,
} as const;

/** A piece of SQL that is read together with others, so that shared relations are computed once. */
export interface MergedPart {
  readonly sql: SqlSource;
  readonly reading: keyof typeof READINGS;
  /** The columns to return; `all`: whatever it has, as one JSON object. */
  readonly columns: readonly string[] | 'all';
}

/** The columns before the returned ones in each row of a merged query. */
export const MERGED_COLUMNS = ['part', 'moment', 'sign', 'begins', 'ends'] as const;

/**
 * `moment`: Unix milliseconds, rounded up, so that nothing is shown before it happened. `sign`: 1 begins, -1 ends.
 * `begins`: where the span begins, in Unix microseconds. `ends`: its end in Unix milliseconds as of now.
 */
const READINGS = {
  /** The rows themselves, which have no time. */
  rows: { select: '0::bigint AS moment, 1 AS sign, NULL::bigint AS begins, NULL::bigint AS ends', from: '' },
  /** Series that exist at `:now`. */
  zeros: {
    select: `${milliseconds('c.at')} AS moment, 1 AS sign, NULL::bigint AS begins, NULL::bigint AS ends`,
    from: 'WHERE c.at <= :now',
  },
  events: {
    select: `${milliseconds('c.at')} AS moment, 1 AS sign, NULL::bigint AS begins, NULL::bigint AS ends`,
    from: '',
  },
  /** Each span as two rows: its beginning and its end. */
  edges: {
    select: `${milliseconds('edge.at')} AS moment, edge.sign, ${microseconds('c.valid_from')} AS begins, CASE WHEN c.valid_to <= :now THEN ${milliseconds('c.valid_to')} END AS ends`,
    from: 'CROSS JOIN LATERAL (VALUES (1, c.valid_from), (-1, c.valid_to)) AS edge (sign, at) WHERE edge.at <= :now',
  },
  /** The spans that are valid now. */
  valid: {
    select: `0::bigint AS moment, 1 AS sign, ${microseconds('c.valid_from')} AS begins, NULL::bigint AS ends`,
    from: 'WHERE c.valid_from <= :now AND (c.valid_to IS NULL OR c.valid_to > :now)',
  },
} as const;

/** Where no part has times: neither made nor sent. */
const UNTIMED = { select: 'NULL AS moment, NULL AS sign, NULL AS begins, NULL AS ends', from: '' };

function milliseconds(time: string): string {
  return `ceil(extract(epoch FROM ${time}) * 1000)::bigint`;
}

function microseconds(time: string): string {
  return `round(extract(epoch FROM ${time}) * 1000000)::bigint`;
}

/**
 * Puts the relations before the collector's own SQL as CTEs, and binds its `:name` parameters. The SQL becomes a CTE,
 * too, so that it can have its own `WITH` but no second statement.
 * @throws BugflowError for an unknown parameter (the error lists the known ones), and for an own parameter with the name
 * of a shared one
 */
export function compileQuery(
  source: SqlSource,
  relations: readonly Relation[],
  { frame = 'rows', limit, ...context }: CompileOptions = {},
): CompiledQuery {
  assertUnshared(context, source);
  const query = createQueryText(context);
  for (const { name, source: relation } of relations) query.addTable(name, relation);
  query.addTable('collector', source);
  query.closeTables();
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) throw new Error(`limit ${limit}`);
  query.append(limit === undefined ? FRAMES[frame] : `${FRAMES[frame]} LIMIT ${limit}`, source);
  return query.compiled();
}

/**
 * Compiles several pieces into one query, so that shared relations are computed once. Each row has the number of its
 * part; rows come in order of time, if any part has times. Columns are text; parts with fewer columns than others end with
 * NULLs.
 */
export function compileMerged(
  parts: readonly [MergedPart, ...MergedPart[]],
  relations: readonly Relation[],
  context: CompileContext = {},
): CompiledQuery {
  const query = createQueryText(context);
  for (const { name, source } of relations) query.addTable(name, source);
  for (const [i, { sql }] of parts.entries()) query.addTable(`collector_${i}`, sql);
  query.closeTables();
  const wanted = parts.map(({ columns }) =>
    columns === 'all' ? ['row_to_json(c)::text'] : columns.map((column) => `c.${quoted(column)}::text`),
  );
  const width = Math.max(...wanted.map((columns) => columns.length));
  const isTimed = parts.some(({ reading }) => reading !== 'rows');
  for (const [i, { sql, reading }] of parts.entries()) {
    const { select, from } = isTimed ? READINGS[reading] : UNTIMED;
    const cells = Array.from({ length: width }, (_, cell) => wanted[i]?.[cell] ?? 'NULL');
    const union = i === 0 ? '' : '\nUNION ALL\n';
    query.append(
      `${union}SELECT ${[`${i} AS part`, select, ...cells].join(', ')}\nFROM collector_${i} AS c ${from}`,
      sql,
    );
  }
  if (isTimed) query.append('\nORDER BY moment, part', parts[0].sql);
  return query.compiled();
}

/** A piece of SQL whose rows are read as a whole, in its own order. */
export interface TablePart {
  readonly sql: SqlSource;
  readonly columns: readonly string[];
  /** Parts with the same object share its parameters; other parts may give other values to the same names. */
  readonly parameters: OwnParameters;
  /** The most rows to return. */
  readonly limit: number;
}

/** The columns before the returned ones in each row of a query of tables. */
export const TABLE_COLUMNS = ['part', 'n'] as const;

/**
 * Compiles several pieces into one query, as `compileMerged` does, but the rows come part by part, each in the order of its
 * SQL. A parameter of a part is called by `scopedName`.
 */
export function compileTables(
  parts: readonly [TablePart, ...TablePart[]],
  relations: readonly Relation[],
  askedBy: Asker,
): CompiledQuery {
  const query = createQueryText({ askedBy });
  for (const { name, source } of relations) query.addTable(name, source);
  const scopes = scopesOf(parts);
  for (const [i, { sql, parameters: own }] of parts.entries()) {
    assertUnshared({ own, askedBy }, sql);
    query.addTable(`collector_${i}`, sql, { own, scope: scopes.indexOf(own) });
  }
  query.closeTables();
  const width = Math.max(...parts.map(({ columns }) => columns.length));
  for (const [i, { sql, columns, limit }] of parts.entries()) {
    const cells = Array.from({ length: width }, (_, cell) => {
      const column = columns[cell];
      return column === undefined ? 'NULL' : `c.${quoted(column)}::text`;
    });
    const union = i === 0 ? '' : '\nUNION ALL\n';
    // Numbered as they come, because a UNION does not promise to keep their order.
    query.append(
      `${union}(SELECT ${[`${i} AS part`, 'row_number() OVER () AS n', ...cells].join(', ')}\nFROM collector_${i} AS c LIMIT ${limit})`,
      sql,
    );
  }
  // By position: a part may have columns of these names.
  query.append('\nORDER BY 1, 2', parts[0].sql);
  return query.compiled();
}

/** The different sets of parameters of these parts; a set's index is its scope. */
export function scopesOf(parts: readonly Pick<TablePart, 'parameters'>[]): readonly OwnParameters[] {
  return [...new Set(parts.map(({ parameters }) => parameters))];
}

function quoted(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}

/** The relations that this piece of SQL mentions; the others need not be planned. */
export function mentioned(relations: readonly string[], { text }: SqlSource): string[] {
  return relations.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}

/** Relations bind the shared parameters, so the same name must not have another meaning here. */
function assertUnshared({ own = {}, askedBy }: CompileContext, { file, line }: SqlSource): void {
  const name = Object.keys(own).find(isShared);
  if (name === undefined) return;
  throw queryError(
    'invalid',
    askedBy,
    `:${name} is the name of a parameter that all SQL shares; give yours another name`,
    { place: { file, line } },
  );
}
