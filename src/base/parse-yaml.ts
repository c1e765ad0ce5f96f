import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
  visit,
  type YAMLError,
  type Document as YamlDocument,
} from 'yaml';

/** A parsed YAML text, which tells the line of each offset. */
export interface YamlText {
  readonly document: YamlDocument.Parsed;
  readonly value: unknown;
  lineAt(offset: number | undefined): number;
}

/** What is wrong in a YAML text. It never quotes the text, as there may be a secret on that line. */
export interface YamlProblem {
  readonly problem: string;
  readonly line: number;
}

/** Deeper than any real file. */
const MAX_DEPTH = 50;
/** Aliases multiply: a small file could otherwise expand to gigabytes. */
const MAX_ALIASES = 100;

export function parseYaml(text: string): YamlText | YamlProblem {
  const lines = new LineCounter();
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : Math.max(1, lines.linePos(offset).line);
  const composer = new Composer({
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // A %YAML directive has no effect: `<<` and `yes` are plain texts.
    schema: 'core',
    merge: false,
    stringKeys: true,
    // The parser would compare each key with all others; `findProblem` does not.
    uniqueKeys: false,
  });
  let documents: YamlDocument.Parsed[];
  try {
    documents = [...composer.compose(readTokens(text, lines), true, text.length)];
  } catch (error) {
    if (error instanceof TooDeep) return { problem: error.message, line: lineAt(error.offset) };
    throw error;
  }
  const [document, second] = documents;
  if (!document) throw new Error('unreachable: the composer makes a document of any text');
  const error = document.errors[0] ?? document.warnings[0];
  if (error) return { problem: describeError(error), line: lineAt(error.pos[0]) };
  if (second) {
    const problem = 'a line --- or ... begins a second document; keep one';
    return { problem, line: lineAt(second.range[0]) };
  }
  const found = findProblem(document);
  if (found) return { problem: found.problem, line: lineAt(found.offset) };
  try {
    return { document, value: document.toJS({ maxAliasCount: MAX_ALIASES }), lineAt };
  } catch {
    return { problem: 'there are too many aliases (*NAME); write out what they refer to', line: 1 };
  }
}

class TooDeep extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super(`there are more than ${MAX_DEPTH} nested levels; write it flatter`);
    this.offset = offset;
  }
}

/**
 * Like the parser's `parse`, but stops when the nesting is too deep: the parser recurses, and thousands of levels would
 * end the whole process.
 */
function* readTokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) throw new TooDeep(parser.offset);
  }
  yield* parser.end();
}

function findProblem(
  document: YamlDocument.Parsed,
): { problem: string; offset: number | undefined } | undefined {
  const anchors = new Set<string>();
  let found: { problem: string; offset: number | undefined } | undefined;
  const stop = (problem: string, node: unknown): symbol => {
    found = { problem, offset: (node as Partial<ParsedNode> | null)?.range?.[0] };
    return visit.BREAK;
  };
  visit(document, (_key, node, path) => {
    if (isAlias(node)) {
      // An unquoted pattern such as *-archive.
      if (!anchors.has(node.source))
        return stop(
          'an alias refers to an anchor that does not exist; put a text that begins with * in quotes',
          node,
        );
      if (
        path.some((ancestor) => isNode(ancestor) && 'anchor' in ancestor && ancestor.anchor === node.source)
      )
        return stop('an alias refers to a value that contains it; write the value out', node);
    } else if (isNode(node) && node.anchor !== undefined) {
      anchors.add(node.anchor);
    }
    if (isMap(node)) {
      const keys = new Set<unknown>();
      for (const { key } of node.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (name !== undefined && keys.has(name)) return stop('this key is there twice; keep one', key);
        keys.add(name);
      }
    }
    return undefined;
  });
  return found;
}

/** The parser's own message where it cannot quote the text. */
function describeError({ code, message }: YAMLError): string {
  const words: Partial<Record<YAMLError['code'], string>> = {
    BAD_COLLECTION_TYPE: 'a tag (!…) does not fit the value after it; leave it out',
    BAD_DIRECTIVE:
      'a line that begins with % is an instruction to the parser; put it in quotes, or leave it out',
    BAD_DQ_ESCAPE: 'in double quotes \\ has a meaning of its own; write \\\\, or use single quotes',
    BAD_SCALAR_START: 'a text begins with a character that YAML reserves; put it in quotes',
    NON_STRING_KEY: 'a key is not a plain text; put it in quotes',
    TAG_RESOLVE_FAILED: 'a text that begins with ! is a tag, and tags are not used here; put it in quotes',
    UNEXPECTED_TOKEN: "something does not fit here; put a text with YAML's own characters in quotes",
  };
  return words[code] ?? message;
}
