import type { Logger } from 'pino';
import { describeRefused } from '../collectors/library.js';
import type { SampleFamily } from '../exposition/format.js';
import { gauge, sampleOf } from '../observability/sample-family.js';
import type { Installation } from './installation.js';

/** Logs which files of the team's own collectors could not be loaded. */
export function logRefused(log: Logger, { library }: Pick<Installation, 'library'>): void {
  for (const refused of library.refused) log.error(describeRefused(refused));
}

export function refusedFamilies(refused: readonly unknown[]): SampleFamily[] {
  return [
    gauge(
      'bugflow_collector_files_refused',
      'Files of your own collectors that could not be loaded; the log, /collectors and check say why.',
      sampleOf(refused.length),
    ),
  ];
}
