import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../base/errors.js';
import type { Taiga } from '../taiga/taiga.js';
import type { ResolvedPeriod } from './period.js';

export interface SprintQuestion {
  /** The report that asks. */
  readonly report: string;
  /** Slugs. */
  readonly projects: readonly string[];
  readonly now: Date;
  readonly timeZone: string;
}

/** Ended before a moment, the last one first. Their days are those that they have now. */
const ENDED_SPRINTS = `
  SELECT
    s.sprint_name,
    extract(epoch FROM s.starts_at) * 1000 AS starts,
    extract(epoch FROM s.ends_at) * 1000 AS ends
  FROM sprint AS s
  WHERE s.project = ANY (:projects) AND s.ends_at <= :moment AND s.starts_at < s.ends_at
  ORDER BY s.ends_at DESC, s.starts_at DESC, s.milestone_id DESC`;

/**
 * The days of the project's last sprint that is over, compared with those of the sprint before, or where there was none with
 * as many days. @throws BugflowError where that is not about one project, or it has had no sprint
 */
export async function readLastSprint(
  taiga: Pick<Taiga, 'query'>,
  { report, projects, now, timeZone }: SprintQuestion,
): Promise<ResolvedPeriod> {
  const [project] = projects;
  if (project === undefined || projects.length > 1)
    throw new BugflowError(
      'REPORT_USAGE',
      `the period "last sprint" is that of one project, and here are ${projects.length}; choose one of ${projects.join(', ')}`,
    );
  const { rows } = await taiga.query({
    askedBy: { kind: 'report', name: report },
    from: {
      sql: { text: ENDED_SPRINTS, file: 'last sprint', line: 1 },
      relations: ['sprint'],
      shipped: true,
    },
    parameters: {
      projects: { type: 'text[]', value: projects },
      moment: { type: 'timestamptz', value: now.toISOString() },
    },
    limit: 2,
  });
  const [last, previous] = rows.map(([name, starts, ends]) => ({
    name: name ?? '',
    fromMs: Number(starts),
    toMs: Number(ends),
  }));
  if (!last)
    throw new BugflowError(
      'REPORT_USAGE',
      `no sprint of ${project} has ended yet; choose another period than "last sprint"`,
    );
  const { name, fromMs, toMs } = last;
  const before = previous
    ? { fromMs: previous.fromMs, toMs: previous.toMs }
    : { fromMs: sameLengthBefore(fromMs, toMs, timeZone), toMs: fromMs };
  return { fromMs, toMs, before, title: `last sprint: ${name}` };
}

/** As many days before the first one; days can have 23 or 25 hours. */
function sameLengthBefore(fromMs: number, toMs: number, timeZone: string): number {
  const dateOf = (ms: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate();
  const first = dateOf(fromMs);
  const { days } = first.until(dateOf(toMs));
  return first.subtract({ days }).toZonedDateTime({ timeZone }).epochMilliseconds;
}
