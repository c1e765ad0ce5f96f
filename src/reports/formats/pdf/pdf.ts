import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { PALETTES } from '../../../base/palette.js';
import { chartPicture, pictureSvg } from '../../charts/picture.js';
import { type Fonts, loadFonts } from '../../lettering/fonts.js';
import { printable } from '../../lettering/printable.js';
import { fitted } from '../../lettering/wrap.js';
import type { ReportResult, SectionResult } from '../../result.js';
import { createItemLinks, createLinks } from '../links.js';
import { renderPdf } from './render.js';
import { pdfTable } from './table.js';
import { pdfTiles } from './tiles.js';

export interface PdfOptions {
  /** The address of the service's pages, to lead to; absent: no links to them. */
  readonly serviceUrl?: string;
}

/** A4 in points, and what of it is printed on. */
const PAGE = { width: 595.28, height: 841.89, margin: 40, bottom: 56 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
const MOST_CHART_HEIGHT = 560;
/** Of a table, as a share of the page's height. */
const LOWEST_HEADING = 0.87;
const PRODUCER = 'taiga-bugflow';

/** The report on pages of A4. The same result makes the same file. @throws BugflowError */
export async function toPdf(result: ReportResult, { serviceUrl }: PdfOptions = {}): Promise<Buffer> {
  const fonts = await loadFonts();
  return renderPdf(documentOf(result, fonts, serviceUrl), fonts);
}

function documentOf(
  result: ReportResult,
  fonts: Fonts,
  serviceUrl: string | undefined,
): TDocumentDefinitions {
  const { definition, projects, period, readAtMs, sections } = result;
  const palette = PALETTES.light;
  const shown = (text: string): string => printable(text, fonts.regular);
  const title = shown(definition.title);
  const readAt = new Date(readAtMs);
  return {
    pageSize: 'A4',
    pageMargins: [PAGE.margin, PAGE.margin, PAGE.margin, PAGE.bottom],
    language: 'en',
    displayTitle: true,
    info: {
      title: `${title} – ${shown(period.title)}`,
      ...{ producer: PRODUCER, creator: PRODUCER, creationDate: readAt, modDate: readAt },
    },
    defaultStyle: { font: fonts.family, fontSize: 9, color: palette.ink },
    styles: {
      title: { fontSize: 18, bold: true },
      heading: { fontSize: 12, bold: true },
      soft: { fontSize: 8, color: palette.soft },
    },
    footer: (page, pages) => ({
      columns: [
        {
          text: fitted(`${title} – ${shown(period.title)}`, {
            ...{ font: fonts.regular, size: 8, width: WIDTH - 90 },
          }),
          width: WIDTH - 80,
          noWrap: true,
        },
        { text: `page ${page} of ${pages}`, alignment: 'right', width: 80 },
      ],
      style: 'soft',
      margin: [PAGE.margin, 20, PAGE.margin, 0],
    }),
    content: [
      { text: title, style: 'title' },
      { text: shown(definition.description), margin: [0, 4, 0, 2] },
      { text: shown(`${projects.join(', ')} – ${period.title}, read at ${momentOf(result)}`), style: 'soft' },
      ...sections.flatMap((section) => sectionOf(section, result, fonts, serviceUrl)),
    ],
    // A heading belongs to what follows it: below it there is room for the table's header and a row.
    pageBreakBefore: ({ headlineLevel, startPosition }) =>
      headlineLevel === 1 && startPosition.verticalRatio > LOWEST_HEADING,
  };
}

function sectionOf(
  section: SectionResult,
  result: ReportResult,
  fonts: Fonts,
  serviceUrl: string | undefined,
): Content[] {
  const { title, description } = section.definition;
  const shown = (text: string): string => printable(text, fonts.regular);
  const isTable = section.definition.shape === 'table' || section.definition.shape === 'items';
  const heading: Content[] = [
    {
      text: shown(title),
      style: 'heading',
      id: section.definition.name,
      margin: [0, 16, 0, 4],
      ...(isTable && { headlineLevel: 1 }),
    },
  ];
  if (description !== '') heading.push({ text: shown(description), style: 'soft', margin: [0, 0, 0, 4] });
  const all = [...heading, ...contentOf(section, result, fonts, serviceUrl)];
  // A table may go on on the next page, with its header again.
  return isTable ? all : [{ stack: all, unbreakable: true }];
}

function contentOf(
  section: SectionResult,
  result: ReportResult,
  fonts: Fonts,
  serviceUrl: string | undefined,
): Content[] {
  const { definition, rows } = section;
  const { timeZone } = result;
  const nothing = (): Content[] => [{ text: printable(definition.empty, fonts.regular) }];
  if (rows.length === 0) return nothing();
  const palette = PALETTES.light;
  const context = { width: WIDTH, timeZone, linkOf: createLinks(result, serviceUrl), fonts, palette };
  if (definition.shape === 'numbers') return pdfTiles(section, context);
  if (definition.chart === undefined) return pdfTable(section, context);
  const itemLinkOf = createItemLinks(result, serviceUrl);
  const picture = chartPicture(section, definition.chart, { timeZone, itemLinkOf, theme: 'light', fonts });
  if (picture === undefined) return nothing();
  const width = Math.min(WIDTH, (MOST_CHART_HEIGHT * picture.width) / picture.height);
  return [{ svg: pictureSvg(picture), width }];
}

function momentOf({ readAtMs, timeZone }: ReportResult): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
    readAtMs,
  );
}
