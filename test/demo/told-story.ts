import { expect } from 'vitest';
import type { WatchedWeeks } from './watched-weeks.js';

const DAY_MS = 86_400_000;
const SPRINT_DAYS = 14;
const BOOKINGS = 'miravale-tidepool-bookings';
const PLATFORM = 'leilahaddad-lantern-platform';
const SUPPORT = 'edomalley-beacon-support';
const BUG = { issue_type: 'Bug' } as const;

interface Sprint {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  /** Days before now, at the time of now: the end of its first day is in it, and the evening of its last. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** The sprint so many before the current one. */
async function sprintBefore(weeks: WatchedWeeks, sprintsAgo: number): Promise<Sprint> {
  const today = weeks.now.toISOString().slice(0, 10);
  const [row] = await weeks.rows<{ id: number; slug: string; name: string; start: string }>(
    `SELECT m.id, m.slug, m.name, estimated_start::text AS start
    FROM milestones_milestone m JOIN projects_project p ON p.id = project_id
    WHERE p.slug = $1 AND $2::date - $3::int BETWEEN estimated_start AND estimated_finish`,
    [BOOKINGS, today, sprintsAgo * SPRINT_DAYS],
  );
  if (!row) throw new Error(`there is no sprint ${sprintsAgo} before the current one`);
  const firstDay = Math.round((Date.parse(today) - Date.parse(row.start)) / DAY_MS);
  return { ...row, firstDay, lastDay: firstDay - SPRINT_DAYS + 1 };
}

/** Points of a sprint day by day: all, and those that are still open. */
function burndown(weeks: WatchedWeeks, { slug, firstDay, lastDay }: Sprint) {
  const sprint = { project: BOOKINGS, sprint: slug };
  const until = Math.max(0, lastDay);
  const points = (closed: string | RegExp): number[] =>
    weeks.daily('taiga_sprint_points', { ...sprint, closed }, firstDay, until);
  return { scope: points(/./), open: points('false') };
}

/** Where the line from the commitment to nothing is at the time of now, `day` days after the sprint's start. */
function ideal(weeks: WatchedWeeks, commitment: number, day: number): number {
  const timeOfDay = (weeks.now.getTime() % DAY_MS) / DAY_MS;
  return commitment * (1 - (day + timeOfDay) / SPRINT_DAYS);
}

const last = (values: readonly number[]): number => values.at(-1) ?? Number.NaN;

/** Each thing that docs/demo.md tells of, and how it shows. */
export const story: readonly (readonly [what: string, check: (weeks: WatchedWeeks) => Promise<void>])[] = [
  [
    'the sprint that ended five weeks ago was in trouble',
    async (weeks) => {
      const sprint = await sprintBefore(weeks, 3);
      const { scope, open } = burndown(weeks, sprint);
      const commitment = scope[1] ?? 0;
      expect(commitment).toBeGreaterThan(25);
      expect(scope[6], 'nothing comes in the first days').toBeCloseTo(commitment, 5);
      expect(last(scope)).toBeGreaterThan(commitment * 1.25);
      expect(last(open)).toBeGreaterThan(last(scope) * 0.35);
      const blocked = { project: BOOKINGS, kind: 'userstory' };
      expect(weeks.sum('taiga_items_blocked', blocked, sprint.lastDay)).toBeGreaterThanOrEqual(3);
      const next = await sprintBefore(weeks, 2);
      const carried = await weeks.count(
        `history_historyentry WHERE key LIKE 'userstories.userstory:%' AND diff->'milestone' = $1::jsonb`,
        [JSON.stringify([sprint.id, next.id])],
      );
      expect(carried).toBeGreaterThanOrEqual(4);
    },
  ],
  [
    'the last sprint went well',
    async (weeks) => {
      const sprint = await sprintBefore(weeks, 1);
      const { scope, open } = burndown(weeks, sprint);
      const commitment = scope[1] ?? 0;
      expect(commitment).toBeGreaterThan(25);
      // On the first day, it may still be planned.
      expect(new Set(scope.slice(1))).toEqual(new Set([commitment]));
      for (const [day, points] of [...open.entries()].slice(1)) {
        expect(Math.abs(points - ideal(weeks, commitment, day)), `day ${day}`).toBeLessThan(commitment * 0.3);
      }
      const stories = { project: BOOKINGS, sprint: sprint.slug };
      expect(weeks.present.sum('taiga_sprint_userstories', { ...stories, closed: 'true' })).toBeGreaterThan(
        7,
      );
      expect(weeks.present.sum('taiga_sprint_userstories', { ...stories, closed: 'false' })).toBe(0);
      expect(await weeks.count('milestones_milestone WHERE id = $1 AND closed', [sprint.id])).toBe(1);
    },
  ],
  [
    'the current sprint is half way, and a bit behind',
    async (weeks) => {
      const sprint = await sprintBefore(weeks, 0);
      const elapsed = sprint.firstDay + 1;
      expect(elapsed).toBeGreaterThanOrEqual(6);
      expect(elapsed).toBeLessThanOrEqual(8);
      const { scope, open } = burndown(weeks, sprint);
      expect(last(scope)).toBeGreaterThan(30);
      const behind = (last(open) - ideal(weeks, last(scope), sprint.firstDay)) / last(scope);
      expect(behind).toBeGreaterThan(0.02);
      expect(behind).toBeLessThan(0.3);
      expect(last(open)).toBeLessThan(last(scope) * 0.85);
    },
  ],
  [
    'after the release, bugs came in a burst, and were worked off',
    async (weeks) => {
      const inflow = async (fromDaysAgo: number, toDaysAgo: number): Promise<number> =>
        weeks.count(
          `issues_issue i JOIN projects_issuetype t ON t.id = type_id WHERE t.name = 'Bug'
          AND i.created_date BETWEEN $1::timestamptz - $2 * interval '1 day' AND $1::timestamptz - $3 * interval '1 day'`,
          [weeks.now.toISOString(), fromDaysAgo, toDaysAgo],
        );
      const { firstDay: troubleBegan } = await sprintBefore(weeks, 3);
      const release = troubleBegan + 3;
      const usual = ((await inflow(release + 30, release + 2)) * 2) / 4;
      expect(await inflow(release + 1, release - 13)).toBeGreaterThan(2 * usual + 5);

      const openBugs = { ...BUG, stage: /^(?!done|discarded)/ };
      const before = weeks.sum('taiga_issues', openBugs, release + 2);
      const after = weeks.daily('taiga_issues', openBugs, release, release - 14);
      expect(Math.max(...after)).toBeGreaterThan(before + 12);
      expect(weeks.sum('taiga_issues', openBugs, 0)).toBeLessThan(Math.max(...after) - 10);
      const critical = weeks.daily(
        'taiga_issues',
        { ...openBugs, severity: 'Critical' },
        release,
        release - 14,
      );
      expect(Math.max(...critical)).toBeGreaterThanOrEqual(3);
    },
  ],
  [
    'QA was over its limit for two weeks, then help arrived',
    async (weeks) => {
      const inTest = { project: PLATFORM, kind: 'userstory', status: 'QA' };
      expect(weeks.present.value('taiga_wip_limit', { project: PLATFORM, status: 'QA' })).toBe(2);
      const full = weeks.daily('taiga_items', inTest, 33, 23);
      expect(Math.min(...full)).toBeGreaterThan(2);
      expect(last(full)).toBeGreaterThanOrEqual(5);
      const helper = await weeks.count(
        `projects_membership m JOIN projects_project p ON p.id = m.project_id JOIN users_user u ON u.id = m.user_id
        WHERE p.slug = $1 AND u.full_name = 'Freja Lindqvist'
        AND m.created_at BETWEEN $2::timestamptz - interval '23 days' AND $2::timestamptz - interval '19 days'`,
        [PLATFORM, weeks.now.toISOString()],
      );
      expect(helper).toBe(1);
      const standard = { project: PLATFORM, status: 'QA', swimlane: 'Standard' };
      expect(weeks.present.sum('taiga_wip_items', standard)).toBeLessThanOrEqual(3);
    },
  ],
  [
    'a column is over its limit today',
    async (weeks) => {
      const cell = { project: PLATFORM, status: 'In progress', swimlane: 'Expedite' };
      expect(weeks.present.value('taiga_wip_limit', cell)).toBe(1);
      expect(weeks.present.value('taiga_wip_items', cell)).toBeGreaterThanOrEqual(2);
    },
  ],
  [
    'things are forgotten',
    async ({ present }) => {
      const attention = (reason: string, project: string): number =>
        Math.max(
          0,
          ...Object.values(
            present.table('taiga_attention_item_age_seconds', ['kind', 'ref'], { reason, project }),
          ),
        ) / 86_400;
      expect(attention('blocked', PLATFORM), 'a story blocked for weeks').toBeGreaterThan(35);
      expect(attention('overdue', PLATFORM), 'a card that is overdue').toBeGreaterThan(10);
      expect(attention('overdue', SUPPORT), 'an answer that is overdue').toBeGreaterThan(7);
      expect(attention('stale', PLATFORM), 'a card that nobody touches').toBeGreaterThan(25);
      expect(attention('untriaged', SUPPORT), 'an issue that nobody looked at').toBeGreaterThan(4);
      const untriaged = { project: SUPPORT, status: 'New', issue_type: 'Bug', severity: 'Critical' };
      expect(present.sum('taiga_issues', untriaged)).toBeGreaterThanOrEqual(1);
      const unassigned = { project: PLATFORM, kind: 'userstory', stage: 'active' };
      expect(present.sum('taiga_items_unassigned', unassigned)).toBeGreaterThanOrEqual(1);
      expect(present.sum('taiga_userstories_unestimated', { project: BOOKINGS })).toBeGreaterThan(0);
    },
  ],
  [
    'a release went out seven weeks ago: all of its epic is done, and leftovers are rejected',
    async (weeks) => {
      const sprint = await sprintBefore(weeks, 4);
      expect(sprint.name).toMatch(/^Sprint \d+ – Release 4$/);
      const { scope, open } = burndown(weeks, sprint);
      expect(last(open)).toBe(0);
      const [page] = await weeks.rows<{ days: number }>(
        `SELECT ($1::date - created_date::date) AS days FROM wiki_wikipage WHERE slug = 'release-4'`,
        [weeks.now.toISOString().slice(0, 10)],
      );
      const daysAgo = page?.days ?? Number.NaN;
      expect(daysAgo).toBeGreaterThanOrEqual(49);
      expect(daysAgo).toBeLessThanOrEqual(54);
      const releaseDay = sprint.firstDay - daysAgo;
      const closedThatDay = (open[releaseDay - 1] ?? 0) - (open[releaseDay + 1] ?? 0);
      expect(closedThatDay).toBeGreaterThan(last(scope) * 0.15);

      const epic = { project: BOOKINGS, epic_subject: 'Release 4: paperless arrival' };
      const stories = (closed: string): number =>
        weeks.present.sum('taiga_epic_userstories', { ...epic, closed });
      expect([stories('true') >= 10, stories('false')]).toEqual([true, 0]);
      expect(
        await weeks.count(`epics_epic e JOIN projects_epicstatus s ON s.id = status_id
          WHERE e.subject = 'Release 4: paperless arrival' AND s.name = 'Done'`),
      ).toBe(1);
      for (const [project, kind] of [
        [BOOKINGS, 'userstory'],
        [SUPPORT, 'issue'],
      ] as const) {
        const discarded = { project, kind, transition: /./, to: 'Rejected' };
        const count = (day: number): number => weeks.sum('taiga_status_transitions_total', discarded, day);
        expect(count(daysAgo - 1) - count(daysAgo + 1), `${project} ${kind}`).toBeGreaterThanOrEqual(2);
      }
    },
  ],
];
