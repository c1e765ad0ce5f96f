/** How wide the letters of a font are. */
export interface Font {
  /** Whether the font has a picture of the character. */
  has(codePoint: number): boolean;
  /** The width of the text in one line, in the unit of the size. Letters that join or move closer make it a little less. */
  width(text: string, size: number): number;
}

/** Reads which characters a TrueType font has, and how wide they are. */
export function readTrueType(file: Buffer): Font {
  const tables = tablesOf(file);
  const table = (name: string): Buffer => {
    const found = tables.get(name);
    if (!found) throw new Error(`the font has no table ${name}`);
    return found;
  };
  const unitsPerEm = table('head').readUInt16BE(18);
  const wideCount = table('hhea').readUInt16BE(34);
  const advances = table('hmtx');
  const glyphOf = glyphs(table('cmap'));
  const known = new Map<number, { readonly glyph: number; readonly advance: number }>();
  const lookUp = (codePoint: number) => {
    const found = known.get(codePoint);
    if (found) return found;
    const glyph = glyphOf(codePoint);
    // Those that are not listed are as wide as the last one.
    const advance = advances.readUInt16BE(4 * Math.min(glyph, wideCount - 1));
    const looked = { glyph, advance };
    known.set(codePoint, looked);
    return looked;
  };
  return {
    has: (codePoint) => lookUp(codePoint).glyph !== 0,
    width(text, size) {
      let units = 0;
      for (const character of text) units += lookUp(character.codePointAt(0) ?? 0).advance;
      return (units * size) / unitsPerEm;
    },
  };
}

function tablesOf(file: Buffer): Map<string, Buffer> {
  const tables = new Map<string, Buffer>();
  for (let i = 0; i < file.readUInt16BE(4); i++) {
    const entry = 12 + 16 * i;
    const offset = file.readUInt32BE(entry + 8);
    const length = file.readUInt32BE(entry + 12);
    tables.set(file.toString('latin1', entry, entry + 4), file.subarray(offset, offset + length));
  }
  return tables;
}

/** Ranges of characters whose glyphs follow one another: format 12, which fonts with all of Unicode have. */
function glyphs(cmap: Buffer): (codePoint: number) => number {
  for (let i = 0; i < cmap.readUInt16BE(2); i++) {
    const format = cmap.subarray(cmap.readUInt32BE(4 + 8 * i + 4));
    if (format.readUInt16BE(0) !== 12) continue;
    const count = format.readUInt32BE(12);
    return (codePoint) => {
      let [low, high] = [0, count - 1];
      while (low <= high) {
        const middle = (low + high) >> 1;
        const group = 16 + 12 * middle;
        if (codePoint < format.readUInt32BE(group)) high = middle - 1;
        else if (codePoint > format.readUInt32BE(group + 4)) low = middle + 1;
        else return format.readUInt32BE(group + 8) + codePoint - format.readUInt32BE(group);
      }
      return 0;
    };
  }
  throw new Error('the font has no table of all characters');
}
