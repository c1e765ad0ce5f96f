import type { Palette } from '../../base/palette.js';
import type { Fonts } from '../lettering/fonts.js';

/** What sections are drawn with in formats that lay out their texts themselves. */
export interface PrintContext {
  /** Of the place where they are drawn, in the format's units. */
  readonly width: number;
  readonly timeZone: string;
  readonly fonts: Fonts;
  readonly palette: Palette;
}
