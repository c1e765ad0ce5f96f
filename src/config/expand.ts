import type { DocumentPath, Expansion } from '../base/document.js';
import { BugflowError, type Place } from '../base/errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${VAR}` and `${VAR:-default}` in every string of a parsed file; `$$` is a dollar sign.
 * Working on values, not on the text, keeps a secret with YAML's own characters from changing the structure.
 */
export function createExpansion(env: Environment): Expansion {
  const used = new Map<string, string>();

  const expandText = (text: string, place: () => Place): string =>
    // An end that is missing is the text's own: or each beginning would look for it anew.
    text.replace(
      /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?(\}|$)/g,
      (match, name?: string, fallback?: string, end?: string) => {
        if (match === '$$' || name === undefined) return '$';
        const refuse = (message: string): BugflowError =>
          new BugflowError('CONFIG_INVALID', message, { place: place() });
        if (end === '')
          throw refuse(`\${${name} has no closing brace; write \${${name}}, or $$ for a dollar sign`);
        const value = Object.hasOwn(env, name) ? env[name] : undefined;
        if (value !== undefined && (value !== '' || fallback === undefined)) {
          used.set(name, value);
          return value;
        }
        if (fallback !== undefined) return fallback;
        throw refuse(
          `\${${name}} is not set; set the environment variable ${name} or write \${${name}:-default}`,
        );
      },
    );

  const expand = (value: unknown, place: (path: DocumentPath) => Place, path: DocumentPath = []): unknown => {
    if (typeof value === 'string') return expandText(value, () => place(path));
    if (Array.isArray(value)) return value.map((item, i) => expand(item, place, [...path, i]));
    if (value && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, expand(item, place, [...path, key])]),
      );
    }
    return value;
  };

  return {
    expand: (value, place) => expand(value, place),
    redact(message) {
      let redacted = message;
      for (const [name, value] of used)
        if (value.length >= MIN_SECRET) redacted = redacted.replaceAll(value, `\${${name}}`);
      return redacted;
    },
  };
}

/** A shorter value is hardly a secret, and would be replaced inside ordinary words. */
const MIN_SECRET = 4;
