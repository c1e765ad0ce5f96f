import { BugflowError } from '../../base/errors.js';
import type { ReportResult } from '../result.js';
import { parametersText, sectionToCsv } from './csv.js';
import { type Draw, draw as drawHere } from './draw.js';
import { toHtml } from './html.js';
import { toJson } from './json.js';
import { toMarkdown } from './markdown.js';
import { REPORT_FORMATS, type ReportFormat } from './names.js';
import { sectionOf } from './sections.js';

export interface Format {
  /** As people call it. */
  readonly title: string;
  readonly contentType: string;
  /** Whether a terminal cannot show it. */
  readonly isBinary: boolean;
  /** Whether it can be of one section alone. */
  readonly hasSections: boolean;
}

const TEXT = { isBinary: false, hasSections: false };

/** What the command and the pages offer. */
export const FORMATS: Readonly<Record<ReportFormat, Format>> = {
  md: { ...TEXT, title: 'Markdown', contentType: 'text/markdown; charset=utf-8' },
  html: { ...TEXT, title: 'HTML', contentType: 'text/html; charset=utf-8' },
  csv: { ...TEXT, title: 'CSV', contentType: 'text/csv; charset=utf-8', hasSections: true },
  json: { ...TEXT, title: 'JSON', contentType: 'application/json; charset=utf-8' },
  pdf: { title: 'PDF', contentType: 'application/pdf', isBinary: true, hasSections: false },
  png: { title: 'PNG', contentType: 'image/png', isBinary: true, hasSections: true },
};

export interface ReportFile {
  readonly name: string;
  readonly content: string | Buffer;
}

export interface FilesOptions {
  /** Only this section, for formats that can be of one. */
  readonly section?: string | undefined;
  /** Where the service's pages are, for links to them; see {@link Draw}. */
  readonly serviceUrl?: string | undefined;
  /** Draws PDF and PNG; default: here. */
  readonly draw?: Draw;
}

/** @throws BugflowError for a format that cannot be of one section */
export function checkSection(format: ReportFormat, section: string | undefined): void {
  if (section === undefined || FORMATS[format].hasSections) return;
  const able = REPORT_FORMATS.filter((each) => FORMATS[each].hasSections);
  throw new BugflowError(
    'REPORT_USAGE',
    `${format} is always the whole report; one section can be written as ${able.join(' or ')}`,
  );
}

/**
 * What a format consists of; CSV is a file for each section, and one with what was asked for.
 * @throws BugflowError
 */
export async function filesOf(
  result: ReportResult,
  format: ReportFormat,
  { section, serviceUrl, draw = drawHere }: FilesOptions = {},
): Promise<ReportFile[]> {
  checkSection(format, section);
  const { name } = result.definition;
  const file = (content: string | Buffer): ReportFile[] => [
    { name: `${section === undefined ? name : `${name}_${section}`}.${format}`, content },
  ];
  switch (format) {
    case 'md':
      return file(toMarkdown(result));
    case 'html':
      return file(toHtml(result));
    case 'json':
      return file(toJson(result));
    case 'pdf':
    case 'png':
      return file(await draw(result, { format, section, serviceUrl }));
    case 'csv':
      if (section !== undefined) return file(sectionToCsv(sectionOf(result, section), result.timeZone));
      return [
        { name: 'report_parameters.txt', content: parametersText(result) },
        ...result.sections.map((each) => ({
          name: `${each.definition.name}.csv`,
          content: sectionToCsv(each, result.timeZone),
        })),
      ];
  }
}
