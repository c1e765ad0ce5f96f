import { fitsWildcard } from '../base/wildcard.js';

/** OpenSSH's pattern list: `*` and `?` are wildcards; a match of a pattern that begins with `!` excludes the name. */
export function matchesPatterns(name: string, patterns: readonly string[]): boolean {
  const matches = (pattern: string): boolean => fitsWildcard(name.toLowerCase(), pattern.toLowerCase());
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))
  );
}
