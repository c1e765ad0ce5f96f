import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../../base/errors.js';
import { oneLine } from '../../slack/blocks.js';
import type { SlackFile } from '../../slack/upload.js';
import type { Draw } from '../formats/draw.js';
import type { ReportResult, SectionResult } from '../result.js';
import type { ReportPost } from './report-post.js';
import type { ReportMessage } from './slack-message.js';

/** A file for the thread of a post, which is not made yet. */
export interface PlannedFile {
  readonly kind: 'png' | 'pdf';
  /** What is in it. */
  readonly result: ReportResult;
}

/** Far more than any report has; Slack takes 1 GB. */
const MAX_BYTES = 10 * 2 ** 20;
const MAX_TITLE = 200;

/** @param isPlain whether the message was sent without charts and tables */
export function plannedFile(
  { attach, target }: Pick<ReportPost, 'attach' | 'target'>,
  result: ReportResult,
  { undrawn, undrawnInPlain }: ReportMessage,
  isPlain: boolean,
): PlannedFile | undefined {
  if (target.kind !== 'bot' || attach === 'none') return undefined;
  if (attach !== 'auto') return { kind: attach, result };
  const sections: readonly SectionResult[] = isPlain ? undrawnInPlain : undrawn;
  return sections.length > 0 ? { kind: 'png', result: { ...result, sections } } : undefined;
}

/** @throws BugflowError where it cannot be made, or is too large */
export async function makeFile(
  { kind, result }: PlannedFile,
  draw: Draw,
  serviceUrl: string | undefined,
): Promise<SlackFile> {
  const { definition, period, timeZone, sections, projects } = result;
  const bytes = await draw(result, { format: kind, serviceUrl });
  if (bytes.length > MAX_BYTES)
    throw new BugflowError(
      'SLACK_REFUSED',
      `the file has ${Math.ceil(bytes.length / 2 ** 20)} MiB, and at most ${MAX_BYTES / 2 ** 20} are sent`,
    );
  const day = Temporal.Instant.fromEpochMilliseconds(period.fromMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  return {
    name: `${definition.name}-${day}.${kind}`,
    title: oneLine(`${definition.title} – ${period.title}`, MAX_TITLE),
    altText: oneLine(
      `${definition.title} of ${projects.join(', ')}, ${period.title}: ${sections.map((each) => each.definition.title).join(', ')}`,
      1000,
    ),
    bytes,
  };
}
