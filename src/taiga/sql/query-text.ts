import type { BugflowError, Place } from '../../base/errors.js';
import { type Asker, queryError } from '../asker.js';
import { isShared, type OwnParameters, PARAMETER_TYPES } from '../parameters.js';
import { readStatement, scanParameters } from './scan.js';

/** A piece of SQL and where it is, so that PostgreSQL's errors can name file and line. */
export interface SqlSource {
  readonly text: string;
  readonly file: string;
  /** The line in the file on which the text begins. */
  readonly line: number;
}

export interface CompiledQuery {
  readonly text: string;
  /** The names of `$1`, `$2` … in order. */
  readonly parameters: readonly string[];
  /** The file and line of a position in `text`, in characters from 1 as PostgreSQL reports it. */
  locate(position: number): Place;
}

/** What compiling must know about the asker. */
export interface CompileContext {
  /** Parameters in addition to the shared ones. */
  readonly own?: OwnParameters | undefined;
  /** For errors; absent when a collector's file is being read. */
  readonly askedBy?: Asker | undefined;
}

interface Segment {
  readonly firstLine: number;
  readonly source: SqlSource;
  /** Generated SQL that follows the piece to which its errors belong. */
  readonly isAfter: boolean;
}

/** A query made of pieces whose origins are known. */
export interface QueryText {
  addTable(name: string, source: SqlSource, scoped?: Scoped): void;
  closeTables(): void;
  /** Appends generated SQL; an error in it is reported at the piece `about`. */
  append(text: string, about: SqlSource): void;
  compiled(): CompiledQuery;
}

/** Parameters of one piece only. */
interface Scoped {
  readonly own: OwnParameters;
  readonly scope: number;
}

export function createQueryText({ own = {}, askedBy }: CompileContext): QueryText {
  const parameters: string[] = [];
  const bind = (source: SqlSource, scoped: Partial<Scoped> = { own }): string =>
    bindParameters(source, parameters, scoped, askedBy);
  const segments: Segment[] = [];
  let text = '';
  /** The line on which the text ends. */
  let lastLine = 1;
  const add = (piece: string): void => {
    text += piece;
    lastLine += countLines(piece) - 1;
  };
  const locate = (position: number): Place => {
    const line = countLines(
      Array.from(text)
        .slice(0, position - 1)
        .join(''),
    );
    const segment = segments.findLast((candidate) => candidate.firstLine <= line) ?? segments[0];
    if (!segment) throw new Error('unreachable: a query has pieces');
    // An error in a generated line around a piece is reported at the piece's first or last line.
    const lastOffset = countLines(segment.source.text.trimEnd()) - 1;
    const offset = segment.isAfter ? lastOffset : Math.max(0, Math.min(line - segment.firstLine, lastOffset));
    return { file: segment.source.file, line: segment.source.line + offset };
  };
  return {
    addTable(name, source, scoped) {
      add(`${text === '' ? 'WITH' : '\n),'} ${name} AS (\n`);
      segments.push({ firstLine: lastLine, source, isAfter: false });
      add(bind({ ...source, text: singleStatement(source, askedBy) }, scoped));
    },
    closeTables() {
      add('\n)\n');
    },
    append(added, about) {
      segments.push({ firstLine: lastLine, source: about, isAfter: true });
      add(bind({ ...about, text: added }));
    },
    compiled: () => ({ text, parameters, locate }),
  };
}

/** The text of a single statement. @throws BugflowError where there is none, or a second one */
function singleStatement({ text, file, line }: SqlSource, askedBy: Asker | undefined): string {
  const statement = readStatement(text);
  const refuse = (message: string, at: number): BugflowError =>
    queryError('invalid', askedBy, message, {
      place: { file, line: line + countLines(text.slice(0, at)) - 1 },
    });
  if (statement.isEmpty) throw refuse('there is no SQL, at most a comment; write a SELECT', 0);
  if (statement.secondAt !== undefined)
    throw refuse(
      'a second statement after the semicolon; write a single SELECT (it may have a WITH)',
      statement.secondAt,
    );
  return statement.text;
}

/** Replaces each `:name` by `$n::type`; lines stay as they are, so that line numbers stay right. */
function bindParameters(
  source: SqlSource,
  parameters: string[],
  { own = {}, scope }: Partial<Scoped>,
  askedBy: Asker | undefined,
): string {
  let text = '';
  let end = 0;
  for (const use of scanParameters(source.text)) {
    const type = typeOf(use.name, own);
    if (type === undefined) {
      const known = [...Object.keys(own), ...Object.keys(PARAMETER_TYPES)].map((name) => `:${name}`);
      const slice = isInBrackets(source.text, use.start)
        ? `; if it is the end of a slice, write it with blanks on both sides of the colon, [i : ${use.name}]`
        : '';
      const message = `unknown parameter :${use.name}; known are ${known.join(', ')}${slice}`;
      throw queryError('invalid', askedBy, message, {
        place: { file: source.file, line: source.line + countLines(source.text.slice(0, use.start)) - 1 },
      });
    }
    const name = scope === undefined || isShared(use.name) ? use.name : scopedName(use.name, scope);
    let index = parameters.indexOf(name);
    if (index < 0) index = parameters.push(name) - 1;
    text += `${source.text.slice(end, use.start)}$${index + 1}::${type}`;
    end = use.end;
  }
  return text + source.text.slice(end);
}

function typeOf(name: string, own: OwnParameters): string | undefined {
  if (isShared(name)) return PARAMETER_TYPES[name];
  return Object.hasOwn(own, name) ? own[name]?.type : undefined;
}

/** Roughly: whether the nearest bracket before is an opening one. */
function isInBrackets(text: string, at: number): boolean {
  return text.lastIndexOf('[', at) > text.lastIndexOf(']', at);
}

/** The number of the line on which the text ends, from 1. */
function countLines(text: string): number {
  return text.split('\n').length;
}

/** The name of a part's own parameter in a query of several parts: no SQL can write such a name itself. */
export function scopedName(name: string, scope: number): string {
  return `${name}#${scope}`;
}
