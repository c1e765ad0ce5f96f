/**
 * Whether a text fits a pattern in which `*` stands for any characters and `?` for one. Unlike a regular expression made
 * of the pattern it never takes longer than the product of the two lengths.
 */
export function fitsWildcard(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  // Where the last `*` is, and up to where it is taken to reach.
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
