import type { Logger } from 'pino';
import { describeRefused, type RefusedFile } from '../base/refused-file.js';
import type { SampleFamily } from '../exposition/format.js';
import { gauge, sampleOf } from '../observability/sample-family.js';
import type { Installation } from './installation.js';

/** The files of the team's own collectors and reports that could not be loaded. */
export function refusedFiles({
  library,
  reports,
}: Pick<Installation, 'library' | 'reports'>): readonly RefusedFile[] {
  return [...library.refused, ...reports.refused];
}

export function logRefused(log: Logger, installation: Installation): void {
  for (const refused of refusedFiles(installation)) log.error(describeRefused(refused));
}

export function refusedFamilies(refused: readonly RefusedFile[]): SampleFamily[] {
  return [
    gauge(
      'bugflow_own_files_refused',
      'Files of your own collectors and reports that could not be loaded; the log and check say why.',
      sampleOf(refused.length),
    ),
  ];
}
