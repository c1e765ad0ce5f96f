import { isMap, isPair, isScalar, type ParsedNode } from 'yaml';
import type { z } from 'zod';
import { describeIssues, missingKeyMessage } from './describe-issue.js';
import { BugflowError, type ErrorCode, type Place } from './errors.js';
import { parseYaml } from './parse-yaml.js';
import { readText } from './read-text.js';

export type DocumentPath = readonly PropertyKey[];

/** A YAML file, checked against a schema, with the line number of each value. */
export interface Document<T> {
  readonly file: string;
  readonly value: T;
  place(path: DocumentPath): Place;
  /** The first line of content of a block scalar (`key: |`). */
  textPlace(path: DocumentPath): Place;
}

export interface DocumentErrors {
  readonly unreadable: ErrorCode;
  readonly invalid: ErrorCode;
  /** Refuses a pipe: one of many files in a folder must not keep the others waiting for whoever writes into it. */
  readonly noPipes?: boolean;
}

/** Replaces values of a file (such as `${VAR}`) before they are checked. */
export interface Expansion {
  expand(value: unknown, place: (path: DocumentPath) => Place): unknown;
  /** Removes replaced values from a message, as they may be secrets. */
  redact(message: string): string;
}

const NO_EXPANSION: Expansion = { expand: (value) => value, redact: (message) => message };

/** @throws BugflowError that names file, line and fix */
export async function readDocument<S extends z.ZodType>(
  file: string,
  schema: S,
  errors: DocumentErrors,
  { expand, redact }: Expansion = NO_EXPANSION,
): Promise<Document<z.output<S>>> {
  const yaml = parseYaml(await readText(file, errors));
  if ('problem' in yaml) {
    throw new BugflowError(errors.invalid, `not valid YAML: ${yaml.problem}`, {
      place: { file, line: yaml.line },
    });
  }
  const { document, lineAt } = yaml;
  const place = (path: DocumentPath): Place => ({ file, line: lineAt(offsetOf(document.contents, path)) });
  const textPlace = (path: DocumentPath): Place => {
    const node: unknown = document.getIn(path, true);
    const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
    const line = isScalar(node) && node.range ? lineAt(node.range[0]) : 1;
    return { file, line: isBlock ? line + 1 : line };
  };

  const result = schema.safeParse(expand(yaml.value ?? {}, place), { error: missingKeyMessage });
  if (!result.success) {
    const { message, path } = describeIssues(result.error, schema);
    throw new BugflowError(errors.invalid, redact(message), { place: place(path) });
  }
  return { file, value: result.data, place, textPlace };
}

/** The offset of the key (in a map) or element (in a list) at `path`, or of its nearest existing parent. */
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
