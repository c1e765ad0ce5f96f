import { html } from '../../../base/html.js';
import { PALETTES, type Theme } from '../../../base/palette.js';
import { loadFonts } from '../../lettering/fonts.js';
import type { ReportResult } from '../../result.js';
import { sectionOf } from '../sections.js';
import { reportBlock, WIDTH } from './report-block.js';

export interface PngOptions {
  /** Only this one; absent: the whole report. */
  readonly section?: string;
  readonly theme?: Theme;
}

/** Of the picture: for screens with fine pixels, and large enough when a chat makes it smaller. */
const PIXELS_PER_UNIT = 2;

/** The report, or one of its sections, as a picture. @throws BugflowError */
export async function toPng(
  result: ReportResult,
  { section, theme = 'light' }: PngOptions = {},
): Promise<Buffer> {
  const sections = section === undefined ? result.sections : [sectionOf(result, section)];
  const fonts = await loadFonts();
  const palette = PALETTES[theme];
  const block = reportBlock({ ...result, sections }, { theme, palette, fonts });
  const height = Math.ceil(block.height);
  const svg =
    html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="${fonts.family}">
<rect width="${WIDTH}" height="${height}" fill="${palette.ground}"/>
${block.draw(0, 0)}</svg>`.text;
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: PIXELS_PER_UNIT },
    font: {
      loadSystemFonts: false,
      fontFiles: Object.values(fonts.files),
      defaultFontFamily: fonts.family,
    },
  });
  return image.asPng();
}
