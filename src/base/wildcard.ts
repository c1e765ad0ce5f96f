/**
 * Whether a text matches a pattern: `*` stands for any characters, `?` for one. Unlike a regular expression, it never takes
 * longer than the product of the two lengths.
 */
export function fitsWildcard(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  // The position of the last `*` in the pattern, and the end of the text that it matches so far.
  let star = -1;
  let reach = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      reach = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      inPattern++;
      at++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++reach;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
