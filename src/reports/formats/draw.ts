import type { ReportResult } from '../result.js';
import { toPdf } from './pdf/pdf.js';
import { toPng } from './png/png.js';

/** A file that takes a while to lay out. */
export interface Drawing {
  readonly format: 'pdf' | 'png';
  /** Of a picture: only this section; undefined: all. */
  readonly section?: string | undefined;
  /** Where the service's pages are, for links to them; see {@link toPdf}. */
  readonly serviceUrl?: string | undefined;
}

/** Draws a report. @throws BugflowError */
export type Draw = (result: ReportResult, drawing: Drawing) => Promise<Buffer>;

/** Here, for whoever has nothing else to do meanwhile. */
export const draw: Draw = (result, { format, section, serviceUrl }) =>
  format === 'pdf'
    ? toPdf(result, serviceUrl === undefined ? {} : { serviceUrl })
    : toPng(result, section === undefined ? {} : { section });
