/** What the columns of a table would like to have. */
export interface WantedWidth {
  /** Without any line break. */
  readonly whole: number;
  /** With its longest word in one line. */
  readonly least: number;
}

/** Widths that together are the table's: no column gets less than it needs while others have more than they need. */
export function columnWidths(wanted: readonly WantedWidth[], width: number): number[] {
  const sum = (of: (each: WantedWidth) => number): number => wanted.reduce((all, each) => all + of(each), 0);
  const [whole, least] = [sum((each) => each.whole), sum((each) => each.least)];
  if (whole <= width) return wanted.map((each) => (each.whole * width) / Math.max(whole, 1e-9));
  if (least <= width)
    return wanted.map(
      (each) => each.least + ((width - least) * (each.whole - each.least)) / Math.max(whole - least, 1e-9),
    );
  // Narrow columns keep their width, wide ones share what is left: their words are broken.
  const widths = wanted.map(() => 0);
  const narrowFirst = [...wanted.keys()].sort((a, b) => (wanted[a]?.least ?? 0) - (wanted[b]?.least ?? 0));
  let left = width;
  for (const [i, column] of narrowFirst.entries()) {
    const share = Math.min(wanted[column]?.least ?? 0, left / (narrowFirst.length - i));
    widths[column] = share;
    left -= share;
  }
  return widths;
}
