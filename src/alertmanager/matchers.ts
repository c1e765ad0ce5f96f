/**
 * Alertmanager's matcher for a label and a pattern in which `*` and `?` are wildcards; undefined when every value matches.
 * Alertmanager anchors its regular expressions.
 */
export function wildcardMatcher(label: string, pattern: string): string | undefined {
  if (/^\*+$/.test(pattern)) return undefined;
  if (!/[*?]/.test(pattern)) return equalMatcher(label, pattern);
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return `${label}=~${quoted(expression)}`;
}

export function equalMatcher(label: string, value: string): string {
  return `${label}=${quoted(value)}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
