import { type Html, html } from '../../base/html.js';
import type { ReportResult } from '../../reports/result.js';
import type { LatestReading } from '../../reports/shared-reports.js';

export interface ReadingParts {
  readonly about: string;
  /** A link, beside when it was read. */
  readonly more?: Html;
  readonly content: Html;
}

/**
 * What was read, below what it is about and since when it is known. Where a newer reading is on its way, the pages' script puts
 * that in its place; without scripts a link does.
 */
export function readingContent(
  { result, isRenewed }: LatestReading,
  { about, more, content }: ReadingParts,
): Html {
  const renewal = isRenewed
    ? html`<span data-renewal role="status">; it is being read anew: <a href="">look again</a></span>`
    : undefined;
  return html`<div data-reading>
<p class="soft">${about}, read at ${timeOf(result)}${more}${renewal}</p>
${content}
</div>`;
}

/** When it was read, in the team's time zone. */
function timeOf({ readAtMs, timeZone }: ReportResult): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(readAtMs);
}
