import { BugflowError, type Place } from '../../errors.js';
import { KEY_PATTERN } from '../history-keys.js';
import { PARAMETER_TYPES, type ParameterName } from '../parameters.js';
import type { Relation } from './relations.js';
import { scanParameters } from './scan.js';

/** A piece of SQL and where it stands, so that PostgreSQL's errors can name a person's file and line. */
export interface SqlSource {
  readonly text: string;
  readonly file: string;
  /** Line of the file on which the text begins. */
  readonly line: number;
}

export interface CompiledQuery {
  readonly text: string;
  /** What `$1`, `$2` … are. */
  readonly parameters: readonly ParameterName[];
  /** The place in a person's file of a 1-based character position in `text`, as PostgreSQL reports it. */
  locate(position: number): Place;
}

interface Segment {
  readonly firstLine: number;
  readonly source: SqlSource;
}

/** What is asked of a collector's rows. */
export type Frame = keyof typeof FRAMES;

const FRAMES = {
  /** The rows as they are. */
  rows: 'SELECT * FROM collector',
  /** Events in order of time; `moment` in Unix milliseconds, rounded up: nothing is told before it happened. */
  events: `SELECT ceil(extract(epoch FROM at) * 1000)::bigint AS moment, collector.* FROM collector ORDER BY at`,
  /** Series that exist by now, in order of the time from which on they do. */
  zeros: `SELECT ceil(extract(epoch FROM at) * 1000)::bigint AS moment, collector.* FROM collector WHERE at <= :now ORDER BY at`,
  /** Each span twice: where it begins (sign 1) and where it ended (sign -1), in order of time. */
  edges: `SELECT ceil(extract(epoch FROM valid_from) * 1000)::bigint AS moment, 1 AS sign, collector.* FROM collector
UNION ALL
SELECT ceil(extract(epoch FROM valid_to) * 1000)::bigint, -1, collector.* FROM collector WHERE valid_to <= :now
ORDER BY moment`,
  /** An event whose key is none of Taiga's. */
  strange: `SELECT * FROM collector WHERE key IS NULL OR key !~ '${KEY_PATTERN}' LIMIT 1`,
  /** The spans that are valid at the moment. */
  valid: 'SELECT * FROM collector WHERE valid_from <= :now AND (valid_to IS NULL OR valid_to > :now)',
} as const;

/**
 * Puts the relations before the collector's own SQL as CTEs and binds its `:name` parameters.
 * The SQL becomes a CTE, too: that keeps its own `WITH`, and leaves no room for a second statement.
 * @throws BugflowError for an unknown parameter.
 */
export function compileQuery(
  source: SqlSource,
  relations: readonly Relation[],
  frame: Frame = 'rows',
): CompiledQuery {
  const parameters: ParameterName[] = [];
  const segments: Segment[] = [];
  let text = '';
  const append = (part: SqlSource): void => {
    segments.push({ firstLine: countLines(text), source: part });
    text += bindParameters(part, parameters);
  };
  for (const { name, source: relation } of relations) {
    text += `${text === '' ? 'WITH' : '\n),'} ${name} AS (\n`;
    append(relation);
  }
  text += `${text === '' ? 'WITH' : '\n),'} collector AS (\n`;
  append({ ...source, text: source.text.replace(/;\s*$/, '') });
  text += `\n)\n${bindParameters({ ...source, text: FRAMES[frame] }, parameters)}`;

  const locate = (position: number): Place => {
    const line = countLines(
      Array.from(text)
        .slice(0, position - 1)
        .join(''),
    );
    const segment = segments.findLast((candidate) => candidate.firstLine <= line) ?? segments[0];
    if (!segment) return { file: source.file, line: source.line };
    // The lines that were put around a piece count as its first or its last.
    const lastOffset = countLines(segment.source.text.trimEnd()) - 1;
    const offset = Math.max(0, Math.min(line - segment.firstLine, lastOffset));
    return { file: segment.source.file, line: segment.source.line + offset };
  };
  return { text, parameters, locate };
}

/** Those of a collector's relations that this piece of its SQL reads: what is not read need not be planned. */
export function mentioned(relations: readonly string[], { text }: SqlSource): string[] {
  return relations.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}

/** Replaces each `:name` by `$n::type`; lines stay as they are, so that positions keep their meaning. */
function bindParameters(source: SqlSource, parameters: ParameterName[]): string {
  let text = '';
  let end = 0;
  for (const use of scanParameters(source.text)) {
    if (!isParameterName(use.name)) {
      throw new BugflowError(
        'COLLECTOR_INVALID',
        `unknown parameter :${use.name}; known are ${Object.keys(PARAMETER_TYPES)
          .map((name) => `:${name}`)
          .join(', ')}`,
        { place: { file: source.file, line: source.line + countLines(source.text.slice(0, use.start)) - 1 } },
      );
    }
    let index = parameters.indexOf(use.name);
    if (index < 0) index = parameters.push(use.name) - 1;
    text += `${source.text.slice(end, use.start)}$${index + 1}::${PARAMETER_TYPES[use.name]}`;
    end = use.end;
  }
  return text + source.text.slice(end);
}

function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETER_TYPES, name);
}

/** 1-based number of the line on which the text ends. */
function countLines(text: string): number {
  return text.split('\n').length;
}
