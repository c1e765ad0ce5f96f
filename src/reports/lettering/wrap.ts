import type { Font } from './true-type.js';

export interface WrapOptions {
  readonly font: Font;
  readonly size: number;
  readonly width: number;
  /** The last one ends in `…` where there is more; default: as many as the text needs. */
  readonly mostLines?: number;
}

/** The lines of a text, none of them wider than this: a word that is wider is broken. */
export function wrapped(
  text: string,
  { font, size, width, mostLines = Number.POSITIVE_INFINITY }: WrapOptions,
): string[] {
  const lines: string[] = [];
  let line = '';
  let lineWidth = 0;
  const space = font.width(' ', size);
  for (const word of text.split(' ')) {
    const wordWidth = font.width(word, size);
    if (line !== '' && lineWidth + space + wordWidth <= width) {
      line += ` ${word}`;
      lineWidth += space + wordWidth;
      continue;
    }
    if (line !== '') lines.push(line);
    if (lines.length > mostLines) break;
    [line, lineWidth] = [word, wordWidth];
    if (wordWidth <= width) continue;
    [line, lineWidth] = ['', 0];
    for (const character of word) {
      const characterWidth = font.width(character, size);
      if (line !== '' && lineWidth + characterWidth > width) {
        lines.push(line);
        [line, lineWidth] = ['', 0];
        if (lines.length > mostLines) break;
      }
      line += character;
      lineWidth += characterWidth;
    }
  }
  lines.push(line);
  if (lines.length <= mostLines) return lines;
  const kept = lines.slice(0, mostLines);
  return [...kept.slice(0, -1), ended(kept.at(-1) ?? '', { font, size, width })];
}

/** The beginning that fits together with `…`. */
function ended(line: string, { font, size, width }: WrapOptions): string {
  const characters = [...line];
  while (characters.length > 0 && font.width(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** The text in one line, with `…` where it would be wider. */
export function fitted(text: string, options: Omit<WrapOptions, 'mostLines'>): string {
  return wrapped(text, { ...options, mostLines: 1 })[0] ?? '';
}
