import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../../base/errors.js';
import type { ReportResult } from '../result.js';
import { type FilesOptions, FORMATS, filesOf } from './formats.js';
import { REPORT_FORMATS, type ReportFormat } from './names.js';
import { sectionOf } from './sections.js';

/** What a page offers to take away. */
export interface DownloadRequest {
  readonly format: ReportFormat;
  readonly section: string | undefined;
}

export interface Download {
  readonly fileName: string;
  readonly contentType: string;
  readonly content: string | Buffer;
}

/** @throws BugflowError that names the formats that there are */
export function downloadRequest(format: string, section: string): DownloadRequest {
  const known = REPORT_FORMATS.find((each) => each === format);
  if (known) return { format: known, section: section || undefined };
  throw new BugflowError(
    'REPORT_USAGE',
    `there is no format "${format}"; known are ${REPORT_FORMATS.join(', ')}`,
  );
}

/** One file. @throws BugflowError */
export async function downloadOf(
  result: ReportResult,
  { format, section }: DownloadRequest,
  options: Pick<FilesOptions, 'serviceUrl' | 'draw'>,
): Promise<Download> {
  const { definition, sections } = result;
  if (section !== undefined) sectionOf(result, section);
  if (format === 'csv' && section === undefined)
    throw new BugflowError(
      'REPORT_USAGE',
      `csv is a file for each section; choose one with section=${sections.map((each) => each.definition.name).join(' or ')}`,
    );
  const [file] = await filesOf(result, format, { ...options, section });
  if (!file) throw new Error(`the format ${format} has no file`);
  const parts = [definition.name, ...(section === undefined ? [] : [section]), daysOf(result)];
  return {
    fileName: `${parts.join('_')}.${format}`,
    contentType: FORMATS[format].contentType,
    content: file.content,
  };
}

/** The first and the last day. */
function daysOf({ period, timeZone }: ReportResult): string {
  const day = (ms: number): string =>
    String(Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate());
  const [first, last] = [day(period.fromMs), day(Math.max(period.fromMs, period.toMs - 1))];
  return first === last ? first : `${first}_${last}`;
}
