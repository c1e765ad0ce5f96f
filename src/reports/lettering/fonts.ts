import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Font, readTrueType } from './true-type.js';

/** The fonts of files, which come with the service: no machine needs to have any. */
export interface Fonts {
  readonly family: string;
  readonly regular: Font;
  readonly bold: Font;
  readonly files: { readonly regular: string; readonly bold: string };
}

const FAMILY = 'DejaVu Sans';

export async function loadFonts(): Promise<Fonts> {
  const { resolve } = createRequire(import.meta.url);
  const files = {
    regular: resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
    bold: resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
  };
  const [regular, bold] = await Promise.all([readFile(files.regular), readFile(files.bold)]);
  return { family: FAMILY, regular: readTrueType(regular), bold: readTrueType(bold), files };
}
