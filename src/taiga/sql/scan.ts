/** A `:name` in SQL, outside of strings, quoted names, comments and `::` casts. */
export interface ParameterUse {
  readonly name: string;
  /** Offsets of the whole `:name`; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/*
 * One alternative for each lexical element of PostgreSQL in which a colon does not begin a parameter. An element that is
 * not closed extends to the end, as in PostgreSQL; otherwise each opening would search the rest of the text again. Block
 * comments nest in PostgreSQL, which a regular expression cannot follow, so they are skipped by code.
 */
const TOKEN =
  /--[^\n]*|\/\*|(?<![A-Za-z0-9_$])[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![A-Za-z0-9_$])\$([A-Za-z_][A-Za-z0-9_]*)?\$[\s\S]*?(?:\$\1\$|$)|::|:([A-Za-z_][A-Za-z0-9_]*)|[;[\]]/g;

/** What ends an operand: a colon right behind it in brackets is the one of a slice, as in `tags[i:j]`. */
const OPERAND_END = /[\p{L}\p{N}_$)\]"']/u;

interface Token {
  readonly text: string;
  /** Of a `:name`. */
  readonly name: string | undefined;
  readonly start: number;
  readonly end: number;
}

function* tokensOf(sql: string): Iterable<Token> {
  const token = new RegExp(TOKEN);
  for (let match = token.exec(sql); match; match = token.exec(sql)) {
    if (match[0] === '/*') token.lastIndex = endOfBlockComment(sql, match.index);
    const end = token.lastIndex;
    yield { text: sql.slice(match.index, end), name: match[2], start: match.index, end };
    token.lastIndex = end;
  }
}

/** The parameters that SQL uses, in order. */
export function scanParameters(sql: string): ParameterUse[] {
  const uses: ParameterUse[] = [];
  let brackets = 0;
  for (const { text, name, start, end } of tokensOf(sql)) {
    if (text === '[') brackets += 1;
    if (text === ']') brackets -= 1;
    if (name === undefined) continue;
    // Nowhere can a value follow an operand directly, so this takes no parameter away.
    if (brackets > 0 && OPERAND_END.test(sql.charAt(start - 1))) continue;
    uses.push({ name, start, end });
  }
  return uses;
}

/** The single statement that SQL should be, without semicolons behind it; lines stay as they are. */
export interface Statement {
  readonly text: string;
  /** Where a second statement begins; undefined: there is none. */
  readonly secondAt: number | undefined;
  /** Whether there is nothing but comments. */
  readonly isEmpty: boolean;
}

export function readStatement(sql: string): Statement {
  const isEmpty = statementAfter(sql, 0) === undefined;
  const tokens = sql.includes(';') ? [...tokensOf(sql)] : [];
  const semicolons = tokens.filter(({ text }) => text === ';').map(({ start }) => start);
  const [first] = semicolons;
  if (first === undefined) return { text: sql, secondAt: undefined, isEmpty };
  let text = '';
  let done = 0;
  for (const at of semicolons) {
    text += sql.slice(done, at);
    done = at + 1;
  }
  return {
    text: (text + sql.slice(done)).trimEnd(),
    secondAt: statementAfter(sql, first),
    isEmpty,
  };
}

/** Where the first thing is that is neither blank nor a semicolon or a comment. */
function statementAfter(sql: string, start: number): number | undefined {
  const nothing = /[\s;]*(?:--[^\n]*[\s;]*)*/y;
  for (let at = start; at < sql.length; at = endOfBlockComment(sql, at)) {
    nothing.lastIndex = at;
    nothing.exec(sql);
    at = nothing.lastIndex;
    if (at < sql.length && !sql.startsWith('/*', at)) return at;
  }
  return undefined;
}

function endOfBlockComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
