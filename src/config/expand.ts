import type { DocumentPath } from '../documents/document.js';
import { BugflowError, type Place } from '../errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${VAR}` and `${VAR:-default}` in every string of a parsed file; `$$` is a dollar sign.
 * Working on values, not on the text, keeps a secret with YAML's own characters from changing the structure.
 */
export function expandVariables(
  value: unknown,
  env: Environment,
  place: (path: DocumentPath) => Place,
  path: DocumentPath = [],
): unknown {
  if (typeof value === 'string') return expandText(value, env, () => place(path));
  if (Array.isArray(value)) return value.map((item, i) => expandVariables(item, env, place, [...path, i]));
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expandVariables(item, env, place, [...path, key])]),
    );
  }
  return value;
}

function expandText(text: string, env: Environment, place: () => Place): string {
  return text.replace(
    /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (match, name?: string, fallback?: string) => {
      if (match === '$$' || name === undefined) return '$';
      const value = env[name];
      if (value !== undefined && (value !== '' || fallback === undefined)) return value;
      if (fallback !== undefined) return fallback;
      throw new BugflowError(
        'CONFIG_INVALID',
        `\${${name}} is not set; set the environment variable ${name} or write \${${name}:-default}`,
        {
          place: place(),
        },
      );
    },
  );
}
