/** Columns padded to a common width, for a terminal. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  return shown.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Replaces control characters, as names may contain a terminal's control sequences. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�');
}
