/** A `:name` in a piece of SQL, outside of strings, quoted names, comments and `::` casts. */
export interface ParameterUse {
  readonly name: string;
  /** Offsets of the whole `:name`. */
  readonly start: number;
  readonly end: number;
}

/*
 * One alternative per lexical element of PostgreSQL in which a colon means nothing to us. One that is never closed goes
 * to the end, as in PostgreSQL; otherwise each would look for its end in vain. Block comments nest in PostgreSQL, which
 * no regular expression can follow, so these are skipped by hand.
 */
const TOKEN =
  /--[^\n]*|\/\*|(?<![A-Za-z0-9_$])[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![A-Za-z0-9_$])\$([A-Za-z_][A-Za-z0-9_]*)?\$[\s\S]*?(?:\$\1\$|$)|::|:([A-Za-z_][A-Za-z0-9_]*)/g;

/** The parameters that a piece of SQL uses, in order. */
export function scanParameters(sql: string): ParameterUse[] {
  const uses: ParameterUse[] = [];
  const token = new RegExp(TOKEN);
  for (let match = token.exec(sql); match; match = token.exec(sql)) {
    if (match[0] === '/*') token.lastIndex = endOfBlockComment(sql, match.index);
    const name = match[2];
    if (name !== undefined) uses.push({ name, start: match.index, end: match.index + match[0].length });
  }
  return uses;
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
