import type { Font } from './true-type.js';

const REPLACEMENT = '\ufffd';
/** Marks that cannot be seen; some of them turn around what follows, also outside of the text. */
const INVISIBLE = /\p{Cf}|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/u;
/** Control characters, halves of a character, and what is no character. */
const IMPOSSIBLE = /\p{Cc}|\p{Cs}|\ufffe|\uffff/u;

/** The text in one line, as far as the font can show it: `\ufffd` stands for each character that it lacks. */
export function printable(text: string, font: Font): string {
  let shown = '';
  for (const character of text.replace(/\s+/g, ' ').trim()) {
    if (character === ' ') shown += ' ';
    else if (IMPOSSIBLE.test(character)) shown += REPLACEMENT;
    else if (!INVISIBLE.test(character))
      shown += font.has(character.codePointAt(0) ?? 0) ? character : REPLACEMENT;
  }
  return shown;
}
