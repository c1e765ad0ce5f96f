import { z } from 'zod';
import type { DocumentPath } from './document.js';

interface Description {
  readonly message: string;
  /** The path of the key to fix. */
  readonly path: DocumentPath;
}

/** Describes one of the issues, the most helpful one, in plain words. */
export function describeIssues({ issues }: z.ZodError, schema: z.ZodType): Description {
  // A misspelt key often explains a missing one.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) throw new Error('nothing is wrong');
  // Zod reports all unknown keys of a map as one issue.
  const count = issues.reduce(
    (sum, each) => sum + (each.code === 'unrecognized_keys' ? each.keys.length : 1),
    0,
  );
  const described = describeIssue(issue, schema);
  // A URL may have been written into the wrong key.
  const message = described.message.replace(/\/\/[^\n]*@/g, '//…@');
  return { message: count > 1 ? `${message} (and ${count - 1} more)` : message, path: described.path };
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodType): Description {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = keysAt(schema, issue.path);
    const guess = nearest(key, known);
    const fix = guess ? `did you mean "${guess}"?` : `known here: ${known.join(', ')}`;
    const shown = isHarmless(key) ? `unknown key "${key}"` : 'unknown key';
    return { message: `${shown}; ${fix}`, path: [...issue.path, key] };
  }
  const key = issue.path.length > 0 ? `${formatPath(issue.path)}: ` : '';
  return { message: `${key}${lowerFirst(issue.message)}`, path: issue.path };
}

/** A key without a space after its colon contains its value, too, which may be a secret. */
function isHarmless(key: string): boolean {
  return /^[\w.${}-]{1,40}$/.test(key);
}

/** The message for a missing key; Zod's own talks about types. */
export const missingKeyMessage: z.core.$ZodErrorMap = ({ code, input }) =>
  code === 'invalid_type' && input === undefined ? 'this key is missing' : undefined;

/** Writes a path as a person would: `metrics[0].labels`. */
function formatPath(path: DocumentPath): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      return `${i ? '.' : ''}${isHarmless(String(step)) ? String(step) : '…'}`;
    })
    .join('');
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  propertyNames?: { enum?: string[] };
  additionalProperties?: JsonSchema | boolean;
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: DocumentPath): string[] {
  let node: JsonSchema | undefined = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  for (const step of path) {
    const rest: JsonSchema | boolean | undefined = node?.additionalProperties;
    node =
      typeof step === 'number'
        ? node?.items
        : (node?.properties?.[String(step)] ?? (typeof rest === 'object' ? rest : undefined));
  }
  return node?.propertyNames?.enum ?? Object.keys(node?.properties ?? {});
}

/** Longer than any known key. */
const MAX_KEY = 60;

function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_KEY) return undefined;
  const scored = candidates.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  scored.sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
