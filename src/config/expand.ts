import type { DocumentPath, Expansion } from '../base/document.js';
import { BugflowError, type Place } from '../base/errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${VAR}` and `${VAR:-default}` in every string of a parsed file; `$$` is a dollar sign.
 * It works on parsed values, so that a secret with special characters of YAML cannot change the structure.
 */
export function createExpansion(env: Environment): Expansion {
  const used = new Map<string, string>();

  const expandText = (text: string, place: () => Place): string =>
    // `$` also ends the match when the closing brace is missing: else each `${` would search the rest of the text again.
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

/** Shorter values are hardly secrets, and would be replaced inside ordinary words. */
const MIN_SECRET = 4;
