import { fitsWildcard } from '../base/wildcard.js';

/** OpenSSH's pattern list: `*` and `?` are wildcards, and one match of a pattern with `!` before it rules out. */
export function matchesPatterns(name: string, patterns: readonly string[]): boolean {
  const matches = (pattern: string): boolean => fitsWildcard(name.toLowerCase(), pattern.toLowerCase());
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))
  );
}
