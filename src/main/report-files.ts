import { toPdf } from '../reports/formats/pdf/pdf.js';
import { toPng } from '../reports/formats/png/png.js';
import type { ReportFiles } from '../reports/posts/attachment.js';

/** @param serviceUrl for links to pages of this service; undefined: there are none */
export function reportFiles(serviceUrl: string | undefined): ReportFiles {
  return {
    toPng: (result) => toPng(result),
    toPdf: (result) => toPdf(result, serviceUrl === undefined ? {} : { serviceUrl }),
  };
}
