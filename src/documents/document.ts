import { readFile } from 'node:fs/promises';
import { isMap, isPair, isScalar, LineCounter, type ParsedNode, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { BugflowError, type ErrorCode, type Place } from '../errors.js';
import { describeIssue, describeMissing } from './describe-issue.js';

export type DocumentPath = readonly PropertyKey[];

/** A YAML file that has been checked against a schema and can still say on which line each value stood. */
export interface Document<T> {
  readonly file: string;
  readonly value: T;
  place(path: DocumentPath): Place;
  /** Where the text of a block scalar (`key: |`) begins: its first line of content. */
  textPlace(path: DocumentPath): Place;
}

export interface DocumentErrors {
  readonly unreadable: ErrorCode;
  readonly invalid: ErrorCode;
}

/** @throws BugflowError naming file, line and mend. */
export async function readDocument<S extends z.ZodType>(
  file: string,
  schema: S,
  errors: DocumentErrors,
  transform: (value: unknown, place: (path: DocumentPath) => Place) => unknown = (value) => value,
): Promise<Document<z.output<S>>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new BugflowError(errors.unreadable, `cannot read ${file}: ${reasonOf(error)}`, { cause: error });
  }
  return parse(file, text, schema, errors, transform);
}

function parse<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
  errors: DocumentErrors,
  transform: (value: unknown, place: (path: DocumentPath) => Place) => unknown,
): Document<z.output<S>> {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problem = yaml.errors[0];
  if (problem) {
    throw new BugflowError(errors.invalid, `not valid YAML: ${withoutQuotation(problem.message)}`, {
      place: { file, line: lines.linePos(problem.pos[0]).line },
    });
  }
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : lines.linePos(offset).line;
  const place = (path: DocumentPath): Place => ({
    file,
    line: lineAt(offsetOf(yaml.contents as ParsedNode | null, path)),
  });
  const textPlace = (path: DocumentPath): Place => {
    const node: unknown = yaml.getIn(path, true);
    const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
    const line = isScalar(node) && node.range ? lineAt(node.range[0]) : 1;
    return { file, line: isBlock ? line + 1 : line };
  };

  // A pattern like *-archive, not quoted.
  visit(yaml, {
    Alias(_key, alias) {
      if (alias.resolve(yaml)) return;
      throw new BugflowError(
        errors.invalid,
        'not usable YAML: what begins with * refers to an anchor, which is not there; put such a text in quotes',
        { place: { file, line: lineAt(alias.range?.[0]) } },
      );
    },
  });

  let value: unknown;
  try {
    // Aliases multiply: a small file could otherwise unfold to gigabytes.
    value = yaml.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new BugflowError(errors.invalid, `not usable YAML: ${withoutQuotation(reasonOf(error))}`, {
      place: { file, line: 1 },
    });
  }
  const result = schema.safeParse(transform(value ?? {}, place), { error: describeMissing });
  if (!result.success) {
    const issues = result.error.issues;
    // A misspelt key often explains the one that is missing.
    const issue = issues.find((each) => each.code === 'unrecognized_keys') ?? issues[0];
    if (!issue) throw result.error;
    // Zod makes one issue of all the unknown keys of a map.
    const count = issues.reduce(
      (sum, each) => sum + (each.code === 'unrecognized_keys' ? each.keys.length : 1),
      0,
    );
    const more = count > 1 ? ` (and ${count - 1} more)` : '';
    const described = describeIssue(issue, schema);
    throw new BugflowError(errors.invalid, described.message + more, { place: place(described.path) });
  }
  return { file, value: result.data, place, textPlace };
}

/** What the parser says of a file, without what it quotes from there: that may be a secret. */
function withoutQuotation(message: string): string {
  return message.replace(/(?:: |(?<= directive) ).*$/s, '');
}

/** Offset of the key (in a map) or the element (in a list) at `path`, or of its nearest parent that exists. */
function offsetOf(root: ParsedNode | null, path: DocumentPath): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!isPair(pair)) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (node && typeof node === 'object' && 'items' in node && Array.isArray(node.items)) {
      const item: unknown = node.items[Number(step)];
      if (!item || typeof item !== 'object') return offset;
      offset = 'range' in item && Array.isArray(item.range) ? (item.range[0] as number) : offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOENT') return 'there is no such file';
    if (error.code === 'EACCES') return 'permission denied';
    if (error.code === 'EISDIR') return 'it is a folder';
  }
  return error instanceof Error ? error.message : String(error);
}
