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
  /--[^\n]*|\/\*|(?<![A-Za-z0-9_$])[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![A-Za-z0-9_$])\$([A-Za-z_][A-Za-z0-9_]*)?\$[\s\S]*?(?:\$\1\$|$)|::|:([A-Za-z_][A-Za-z0-9_]*)/g;

/** The parameters that SQL uses, in order. */
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
