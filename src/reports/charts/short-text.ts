/** A text of at most so many characters, with `…` for the rest. A character is never cut in two. */
export function shortened(text: string, most: number): string {
  // No character is longer than these; a text may be very much longer.
  const start = [...new Intl.Segmenter('en').segment(text.slice(0, most * 16 + 16))];
  if (start.length <= most && text.length <= most * 16 + 16) return text;
  return `${start
    .slice(0, Math.max(1, most - 1))
    .map(({ segment }) => segment)
    .join('')
    .trimEnd()}…`;
}
