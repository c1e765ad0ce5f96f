import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../src/main/check.js';
import { loadInstallation } from '../../src/main/installation.js';
import {
  type ApiProject,
  type ApiStatus,
  type GroundTruth,
  hasSample,
  readApiStats,
  readGroundTruth,
  readSampleSql,
  SAMPLE_NOW,
  type TrueItem,
} from '../support/ground-truth.js';
import { type Metrics, measure, nonZero } from '../support/measure.js';
import { type Cluster, hasPostgres, queryOnce, startPostgres } from '../support/postgres.js';
import type { Kind } from '../support/taiga-builder.js';

const KINDS: readonly Kind[] = ['epic', 'userstory', 'task', 'issue'];
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse(SAMPLE_NOW);
const TODAY = SAMPLE_NOW.slice(0, 10);

/**
 * A year of Taiga's own making, where two others tell what is right: Taiga's statistics API (`api-stats.json`) and
 * the simulation that did the work (`ground-truth.jsonl.gz`).
 */
describe.skipIf(!hasSample || !hasPostgres)(
  'the metrics of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    const api = hasSample ? readApiStats() : [];
    let cluster: Cluster;
    let url: string;
    let metrics: Metrics;
    let truth: GroundTruth;

    beforeAll(async () => {
      truth = readGroundTruth();
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
      url = cluster.urlWith({ database: 'taiga' });
      metrics = await measure(url, { at: SAMPLE_NOW });
    });
    afterAll(() => cluster?.close());

    describe.each(api)("agree with Taiga's API on $slug", (project) => {
      const { slug, stats } = project;
      const where = { project: slug };

      it('the project and what was planned for it', () => {
        const { name, is_private, total_milestones, total_story_points } = project.detail.body;
        const info = { project: slug, project_name: name, private: String(is_private) };
        expect(metrics.value('taiga_project_info', info)).toBe(1);
        expect(metrics.value('taiga_project_planned_points', where)).toBe(total_story_points ?? undefined);
        expect(metrics.value('taiga_project_planned_sprints', where)).toBe(total_milestones ?? undefined);
        expect(stats.body.total_points).toBe(total_story_points);
        expect(stats.body.total_milestones).toBe(total_milestones);
      });

      it('the members by role', () => {
        const { members, roles } = project.detail.body;
        const none = Object.fromEntries(roles.map(({ name }) => [name, 0]));
        expect(metrics.table('taiga_project_members', ['role'], where)).toEqual({
          ...none,
          ...tally(members, ({ role_name }) => role_name),
        });
      });

      it('the points that are defined, assigned to sprints and closed', () => {
        const { defined_points, assigned_points, closed_points } = stats.body;
        expect(metrics.sum('taiga_userstory_points', where)).toBe(defined_points);
        expect(metrics.sum('taiga_sprint_points', where)).toBe(assigned_points);
        expect(metrics.sum('taiga_userstory_points', { ...where, closed: 'true' })).toBe(closed_points);
      });

      it('the speed', () => {
        const closed = metrics.table('taiga_sprint_closed', ['sprint'], where);
        const sprints = Object.keys(nonZero(closed));
        const points = sprints.reduce(
          (sum, sprint) => sum + metrics.sum('taiga_sprint_points', { ...where, sprint }),
          0,
        );
        expect(sprints.length === 0 ? 0 : points / sprints.length).toBe(stats.body.speed);
        expect(sprints).toHaveLength(project.detail.body.total_closed_milestones);
      });

      it('the statuses of the boards and their default stages', () => {
        for (const kind of KINDS) {
          const statuses = statusesOf(project, kind).map(
            ({ id, name }) => `${name} | ${stageOf(project, kind, id)}`,
          );
          const table = metrics.table('taiga_items', ['status', 'stage'], { ...where, kind });
          expect(Object.keys(table).sort()).toEqual(statuses.sort());
        }
      });

      const issuesBy = (label: string): Record<string, number> =>
        metrics.sumBy('taiga_issues', [label], where);
      const { status, body: issues } = project.issues_stats;
      if (status === 200) {
        it('the issues: total, opened, closed; by type, status, severity, priority', () => {
          const named = (counts: Readonly<Record<string, { name: string; count: number }>>) =>
            nonZero(Object.fromEntries(Object.values(counts).map(({ name, count }) => [name, count])));
          expect(metrics.sum('taiga_issues', where)).toBe(issues.total_issues);
          const { done = 0, discarded = 0, ...open } = issuesBy('stage');
          expect(done + discarded).toBe(issues.closed_issues);
          expect(Object.values(open).reduce((sum, count) => sum + count, 0)).toBe(issues.opened_issues);
          expect(issuesBy('status')).toEqual(named(issues.issues_per_status));
          expect(issuesBy('issue_type')).toEqual(named(issues.issues_per_type));
          expect(issuesBy('severity')).toEqual(named(issues.issues_per_severity));
          expect(issuesBy('priority')).toEqual(named(issues.issues_per_priority));
        });

        it('the open issues of each member, and of nobody', () => {
          const assigned = Object.entries(issues.issues_per_assigned_to).filter(([id]) => id !== '0');
          const { closed_bugs: closed } = project.member_stats.body;
          const open = nonZero(
            tally(
              assigned,
              ([, { name }]) => name,
              ([id, { count }]) => count - (closed[id] ?? 0),
            ),
          );
          const ofIssues = { ...where, kind: 'issue' };
          expect(metrics.sumBy('taiga_assigned_items', ['assignee'], ofIssues)).toEqual(open);
          const ofSomebody = Object.values(open).reduce((sum, count) => sum + count, 0);
          expect(metrics.sum('taiga_items_unassigned', ofIssues)).toBe(issues.opened_issues - ofSomebody);
        });
      } else {
        it('the issues, of which Taiga itself cannot tell since a priority was deleted', async () => {
          for (const [label, table, column] of [
            ['status', 'projects_issuestatus', 'status_id'],
            ['issue_type', 'projects_issuetype', 'type_id'],
            ['severity', 'projects_severity', 'severity_id'],
            ['priority', 'projects_priority', 'priority_id'],
          ] as const) {
            const rows = await queryOnce(
              url,
              `SELECT (SELECT name FROM ${table} WHERE id = ${column}) AS name, count(*) FROM issues_issue
               WHERE project_id = (SELECT id FROM projects_project WHERE slug = $1) GROUP BY 1`,
              [slug],
            );
            expect(issuesBy(label)).toEqual(
              Object.fromEntries(rows.map(({ name, count }) => [name ?? '', Number(count)])),
            );
          }
          expect(issuesBy('priority')['']).toBeGreaterThan(0);
        });
      }

      it('the sprints, their dates and whether they are closed', () => {
        expect(metrics.table('taiga_sprint_info', ['sprint', 'sprint_name', 'state'], where)).toEqual(
          Object.fromEntries(
            project.milestones.map(({ slug: sprint, name, stats: { body } }) => {
              const { estimated_start: start, estimated_finish: finish } = body;
              const state = TODAY < start ? 'future' : TODAY > finish ? 'past' : 'current';
              return [`${sprint} | ${name} | ${state}`, 1];
            }),
          ),
        );
        const perSprint = (value: (sprint: ApiProject['milestones'][number]) => number) =>
          Object.fromEntries(project.milestones.map((sprint) => [sprint.slug, value(sprint)]));
        const table = (name: string): Record<string, number> => metrics.table(name, ['sprint'], where);
        expect(table('taiga_sprint_start_timestamp_seconds')).toEqual(
          perSprint((sprint) => Date.parse(sprint.stats.body.estimated_start) / 1000),
        );
        expect(table('taiga_sprint_end_timestamp_seconds')).toEqual(
          perSprint((sprint) => (Date.parse(sprint.stats.body.estimated_finish) + DAY_MS) / 1000),
        );
        expect(table('taiga_sprint_closed')).toEqual(perSprint((sprint) => Number(sprint.closed)));
      });

      it.each(project.milestones)(
        'the points, stories and tasks of $name',
        ({ slug: sprint, stats: { body } }) => {
          const points = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
          const ofSprint = (name: string): { total: number; completed: number | undefined } => ({
            total: metrics.sum(name, { ...where, sprint }),
            completed: metrics.value(name, { ...where, sprint, closed: 'true' }),
          });
          expect(ofSprint('taiga_sprint_points')).toEqual({
            total: points(Object.values(body.total_points)),
            completed: points(body.completed_points),
          });
          expect(ofSprint('taiga_sprint_userstories')).toEqual({
            total: body.total_userstories,
            completed: body.completed_userstories,
          });
          expect(ofSprint('taiga_sprint_tasks')).toEqual({
            total: body.total_tasks,
            completed: body.completed_tasks,
          });
        },
      );

      it('the closed points after each sprint of the backlog chart', () => {
        const total = stats.body.total_points || stats.body.defined_points;
        let left = total;
        const chart = stats.body.milestones.filter(({ name }) =>
          project.milestones.some((milestone) => milestone.name === name),
        );
        const inOrder = project.milestones.toSorted((a, b) =>
          a.stats.body.estimated_start < b.stats.body.estimated_start ? -1 : 1,
        );
        expect(chart.map(({ name }) => name)).toEqual(inOrder.map(({ name }) => name));
        for (const [i, sprint] of inOrder.entries()) {
          const evolution = chart[i]?.evolution;
          // Taiga draws no line into the future.
          if (evolution !== null) expect(evolution).toBe(left);
          left -=
            metrics.value('taiga_sprint_points', { ...where, sprint: sprint.slug, closed: 'true' }) ?? 0;
        }
      });
    });

    describe('agree with the final count of the ground truth', () => {
      it.each(api.flatMap(({ slug }) => KINDS.map((kind) => ({ slug, kind }))))(
        '$kind of $slug',
        ({ slug, kind }) => {
          const final = truth.finals.find(({ project }) => project === slug)?.[kind];
          const where = { project: slug, kind };
          expect(metrics.sum('taiga_items', where)).toBe(final?.total);
          expect(nonZero(metrics.sumBy('taiga_items', ['status'], where))).toEqual(final?.by_status);
          // By the flag of the status.
          const byStage = metrics.sumBy('taiga_items', ['stage'], where);
          expect((byStage.done ?? 0) + (byStage.discarded ?? 0)).toBe(final?.closed);
        },
      );

      it.each(api)('points and closed stories of $slug', ({ slug }) => {
        const final = truth.finals.find(({ project }) => project === slug)?.userstory;
        expect(metrics.sum('taiga_userstory_points', { project: slug })).toBe(final?.points);
        const where = { project: slug, kind: 'userstory' };
        const open = metrics.sum('taiga_item_age_seconds_count', where);
        expect(metrics.sum('taiga_items', where) - open).toBe(final?.is_closed);
      });

      // `final` counts closed items too, the metrics only open ones: so the two meet over independent SQL.
      it.each(api.flatMap(({ slug }) => KINDS.map((kind) => ({ slug, kind }))))(
        'blocked and unassigned $kind of $slug',
        async ({ slug, kind }) => {
          const final = truth.finals.find(({ project }) => project === slug)?.[kind];
          const [counted] = await queryOnce(url, ITEM_COUNTS[kind], [slug]);
          expect(Number(counted?.blocked)).toBe(final?.blocked);
          expect(Number(counted?.unassigned)).toBe(final?.unassigned);
          const where = { project: slug, kind };
          expect(metrics.sum('taiga_items_blocked', where)).toBe(Number(counted?.open_blocked));
          expect(metrics.sum('taiga_items_unassigned', where)).toBe(Number(counted?.open_unassigned));
        },
      );
    });

    describe('agree with the diary of the ground truth', () => {
      const inStage = (item: TrueItem): string => stageOf(projectOf(item), item.kind, item.statusId);
      const isOpen = (item: TrueItem): boolean =>
        item.kind === 'userstory'
          ? !item.isClosed
          : !statusOf(projectOf(item), item.kind, item.statusId)?.is_closed;
      const projectOf = (item: TrueItem): ApiProject => {
        const project = api.find(({ slug }) => slug === item.project);
        if (!project) throw new Error(`no project ${item.project}`);
        return project;
      };
      const open = (): TrueItem[] => truth.items.filter(isOpen);
      const kindOf = (item: TrueItem): string => `${item.project} | ${item.kind}`;
      const cellOf = (item: TrueItem): string => `${kindOf(item)} | ${inStage(item)}`;
      const isWip = (stage: string): boolean => stage === 'active' || stage === 'waiting';
      const wip = (): TrueItem[] => open().filter((item) => isWip(inStage(item)));
      /** The first entry into progress, by the statuses as they are today. */
      const startedAt = (item: TrueItem): number =>
        item.stays.find(({ statusId }) => isWip(stageOf(projectOf(item), item.kind, statusId)))?.at ??
        Number.NaN;

      it('on blocked work', () => {
        const blocked = open().filter(({ blockedSince }) => blockedSince !== undefined);
        expect(nonZero(metrics.table('taiga_items_blocked', ['project', 'kind']))).toEqual(
          tally(blocked, kindOf),
        );
      });

      it('on work without an assignee', () => {
        // The diary does not tell of assignees of epics.
        const unassigned = open().filter(({ kind, assignees }) => kind !== 'epic' && assignees.length === 0);
        const table = nonZero(metrics.table('taiga_items_unassigned', ['project', 'kind', 'stage']));
        expect(without(table, 'epic')).toEqual(tally(unassigned, cellOf));
      });

      it('on assigned work', () => {
        const pairs = open().flatMap((item) => item.assignees.map((assignee) => ({ item, assignee })));
        const table = metrics.sumBy('taiga_assigned_items', ['project', 'kind', 'stage']);
        expect(without(table, 'epic')).toEqual(tally(pairs, ({ item }) => cellOf(item)));
      });

      it('on overdue work', () => {
        const overdue = open().filter(({ due }) => due !== null && due < TODAY);
        expect(nonZero(metrics.table('taiga_items_overdue', ['project', 'kind']))).toEqual(
          tally(overdue, kindOf),
        );
      });

      it('on stale work', async () => {
        // The diary does not tell of cards that were only put into another order.
        const sorted = await queryOnce(
          url,
          'SELECT key, max(created_at) AS at FROM history_historyentry WHERE is_hidden GROUP BY key',
        );
        const sortedAt = new Map(sorted.map(({ key, at }) => [key, (at as Date).getTime()]));
        const lastAt = (item: TrueItem): number =>
          Math.max(item.lastActAt, sortedAt.get(`${HISTORY_MODELS[item.kind]}:${item.id}`) ?? 0);
        const stale = open().filter((item) => lastAt(item) < NOW_MS - 14 * DAY_MS);
        expect(nonZero(metrics.table('taiga_items_stale', ['project', 'kind', 'stage']))).toEqual(
          tally(stale, cellOf),
        );
      });

      it('on stories without points', () => {
        const unestimated = truth.items.filter(({ kind, points }) => kind === 'userstory' && points === null);
        expect(nonZero(metrics.table('taiga_userstories_unestimated', ['project', 'stage']))).toEqual(
          tally(unestimated, (item) => `${item.project} | ${inStage(item)}`),
        );
      });

      it('on the ages of open work', () => {
        const labels = ['project', 'kind', 'stage'];
        expect(metrics.table('taiga_item_age_seconds_count', labels)).toEqual(tally(open(), cellOf));
        expectClose(
          metrics.table('taiga_item_age_seconds_sum', labels),
          tally(open(), cellOf, ({ createdAt }) => (NOW_MS - createdAt) / 1000),
        );
      });

      it('on the ages of work in progress', () => {
        const labels = ['project', 'kind'];
        expect(metrics.table('taiga_wip_age_seconds_count', labels)).toEqual(tally(wip(), kindOf));
        expectClose(
          metrics.table('taiga_wip_age_seconds_sum', labels),
          tally(wip(), kindOf, (item) => (NOW_MS - startedAt(item)) / 1000),
        );
      });

      it('on what is under the epics', () => {
        const stories = new Map(
          truth.items.filter(({ kind }) => kind === 'userstory').map((story) => [story.id, story]),
        );
        const links = truth.epicLinks.flatMap(({ project, epicRef, story: id }) => {
          const story = stories.get(id);
          return story ? [{ epic: `${project} | ${epicRef}`, story }] : [];
        });
        const key = ({ epic, story }: (typeof links)[number]): string => `${epic} | ${story.isClosed}`;
        const labels = ['project', 'epic', 'closed'];
        expect(nonZero(metrics.table('taiga_epic_userstories', labels))).toEqual(tally(links, key));
        expect(nonZero(metrics.table('taiga_epic_points', labels))).toEqual(
          nonZero(tally(links, key, ({ story }) => story.points ?? 0)),
        );
      });

      const sinceByReason: Record<string, (item: TrueItem) => number | undefined> = {
        overdue: ({ due }) => (due !== null && due < TODAY ? Date.parse(due) + DAY_MS : undefined),
        blocked: ({ blockedSince }) => blockedSince,
        over_sle: (item) => {
          const limitDays = { epic: Number.NaN, userstory: 14, task: 7, issue: 14 }[item.kind];
          const at = isWip(inStage(item)) ? startedAt(item) : Number.NaN;
          return at < NOW_MS - limitDays * DAY_MS ? at : undefined;
        },
        untriaged: (item) => {
          const waits = item.kind === 'issue' && inStage(item) === 'backlog' && item.assignees.length === 0;
          return waits && item.createdAt < NOW_MS - 2 * DAY_MS ? item.createdAt : undefined;
        },
      };
      it.each(Object.entries(sinceByReason))('on the worst ten of what is %s', (reason, since) => {
        const candidates = open()
          .map((item) => ({ item, since: since(item) ?? Number.NaN }))
          .filter((candidate) => candidate.since)
          .toSorted(
            (a, b) => a.since - b.since || a.item.kind.localeCompare(b.item.kind) || a.item.id - b.item.id,
          );
        const worst = api.flatMap(({ slug }) =>
          candidates.filter(({ item }) => item.project === slug).slice(0, 10),
        );
        expect(worst.length).toBeGreaterThan(0);
        expectClose(
          metrics.table('taiga_attention_item_age_seconds', ['project', 'kind', 'ref'], { reason }),
          tally(
            worst,
            ({ item }) => `${kindOf(item)} | ${item.ref}`,
            (candidate) => (NOW_MS - candidate.since) / 1000,
          ),
        );
      });
    });

    describe('agree with independent SQL', () => {
      it('on stale work, by the newest row of history of each item', async () => {
        const rows = await queryOnce(url, STALE_SQL, [SAMPLE_NOW]);
        expect(nonZero(metrics.sumBy('taiga_items_stale', ['kind']))).toEqual(
          Object.fromEntries(rows.map(({ kind, items }) => [kind, Number(items)])),
        );
      });

      it('on the cells of the kanban board and their limits', async () => {
        const [counted] = await queryOnce(
          url,
          `SELECT count(*) AS cards, count(u.swimlane_id) AS in_lanes FROM userstories_userstory u
           JOIN projects_userstorystatus s ON s.id = u.status_id
           WHERE s.name IN ('In progress', 'Ready for review', 'QA', 'Failed QA', 'Selected for build')
             AND u.project_id = (SELECT id FROM projects_project WHERE slug = 'jonasweber-platform')`,
        );
        const where = { project: 'jonasweber-platform' };
        expect(metrics.sum('taiga_wip_items', where)).toBe(Number(counted?.cards));
        expect(metrics.sum('taiga_wip_items', { ...where, swimlane: '' })).toBe(
          Number(counted?.cards) - Number(counted?.in_lanes),
        );
        // As the ground truth set them; without a swimlane of its own a status has none.
        expect(metrics.table('taiga_wip_limit', ['status', 'swimlane'], where)).toMatchObject({
          'In progress | Expedite': 1,
          'In progress | Standard': 5,
          'In progress | Internal tools': 2,
        });
      });

      it('on records that disagree', async () => {
        const problems = metrics.sumBy('taiga_data_quality_items', ['kind', 'problem']);
        const [counted] = await queryOnce(url, PROBLEMS_SQL);
        // The first two are told in FACTS.md.
        expect(problems['userstory | closed_in_open_status']).toBe(27);
        expect(problems['issue | closed_without_date']).toBe(6);
        expect(nonZero(problems)).toEqual(
          nonZero({
            'userstory | closed_in_open_status': Number(counted?.closed_in_open_status),
            'issue | closed_without_date': Number(counted?.closed_without_date),
            'issue | without_attribute': Number(counted?.without_attribute),
            'task | sprint_differs_from_story': Number(counted?.sprint_differs),
            'userstory | assigned_to_former_member': Number(counted?.story_of_former),
            'task | assigned_to_former_member': Number(counted?.task_of_former),
            'issue | assigned_to_former_member': Number(counted?.issue_of_former),
            'epic | assigned_to_former_member': Number(counted?.epic_of_former),
            // As FACTS.md tells of what history does not: 14 stories were promoted (2 of them deleted since), 27
            // tasks went with their stories and 2 into promoted ones, 5 issues were moved out of a deleted status
            // (1 of which was changed again since).
            'userstory | unrecorded_creation': 14 - 2,
            'task | unrecorded_deletion': 27 + 2,
            'issue | unrecorded_status': 5 - 1,
          }),
        );
      });
    });

    it('are all well to `check`, which tells what each costs', async () => {
      const lines: string[] = [];
      const installation = await loadInstallation({ file: undefined, env: { TAIGA_DATABASE_URL: url } });
      const print = (line: string): void => void lines.push(line);
      expect(await check(installation, { now: new Date(SAMPLE_NOW), print })).toBe(true);
      const spentMs = installation.library.collectors
        .filter(({ now, schedule }) => now !== undefined && schedule.startsWith('*'))
        .map(({ name }) => lines.find((line) => line.startsWith(`${name} `)))
        .map((line) => Number(/ (\d+) ms$/.exec(line ?? '')?.[1]));
      expect(spentMs.length).toBeGreaterThan(15);
      const sumMs = spentMs.reduce((sum, ms) => sum + ms, 0);
      console.info(`the collectors of every few minutes take ${sumMs} ms of the database all together`);
      expect(sumMs).toBeGreaterThan(0);
    });
  },
);

const ITEM_COUNTS: Readonly<Record<Kind, string>> = {
  epic: itemCounts('epics_epic', 'projects_epicstatus', 's.is_closed', 'i.assigned_to_id IS NULL'),
  task: itemCounts('tasks_task', 'projects_taskstatus', 's.is_closed', 'i.assigned_to_id IS NULL'),
  issue: itemCounts('issues_issue', 'projects_issuestatus', 's.is_closed', 'i.assigned_to_id IS NULL'),
  userstory: itemCounts(
    'userstories_userstory',
    'projects_userstorystatus',
    'i.is_closed',
    `i.assigned_to_id IS NULL AND i.id NOT IN (SELECT userstory_id FROM userstories_userstory_assigned_users)`,
    // The simulation knew no assignee of promoted stories and did not count them.
    'generated_from_issue_id IS NULL AND from_task_ref IS NULL',
  ),
};

function itemCounts(
  table: string,
  statuses: string,
  closed: string,
  unassigned: string,
  counted = 'TRUE',
): string {
  return `
    SELECT count(*) FILTER (WHERE i.is_blocked) AS blocked,
           count(*) FILTER (WHERE ${unassigned} AND ${counted}) AS unassigned,
           count(*) FILTER (WHERE i.is_blocked AND NOT ${closed}) AS open_blocked,
           count(*) FILTER (WHERE ${unassigned} AND NOT ${closed}) AS open_unassigned
    FROM ${table} i JOIN ${statuses} s ON s.id = i.status_id
    WHERE i.project_id = (SELECT id FROM projects_project WHERE slug = $1)`;
}

const HISTORY_MODELS: Readonly<Record<Kind, string>> = {
  epic: 'epics.epic',
  userstory: 'userstories.userstory',
  task: 'tasks.task',
  issue: 'issues.issue',
};

const STALE_SQL = `
  WITH newest AS (SELECT key, max(created_at) AS at FROM history_historyentry WHERE created_at <= $1 GROUP BY key),
  open_items AS (
    SELECT 'userstory' AS kind, 'userstories.userstory:' || id AS key, modified_date FROM userstories_userstory
    WHERE NOT is_closed
    UNION ALL
    SELECT 'task', 'tasks.task:' || t.id, modified_date FROM tasks_task t
    JOIN projects_taskstatus s ON s.id = t.status_id AND NOT s.is_closed
    UNION ALL
    SELECT 'issue', 'issues.issue:' || i.id, modified_date FROM issues_issue i
    JOIN projects_issuestatus s ON s.id = i.status_id AND NOT s.is_closed
    UNION ALL
    SELECT 'epic', 'epics.epic:' || e.id, modified_date FROM epics_epic e
    JOIN projects_epicstatus s ON s.id = e.status_id AND NOT s.is_closed
  )
  SELECT kind, count(*) AS items FROM open_items LEFT JOIN newest USING (key)
  WHERE COALESCE(at, modified_date) < $1::timestamptz - interval '14 days'
  GROUP BY kind`;

const NOT_MEMBER = `(user_id, project_id) NOT IN
  (SELECT user_id, project_id FROM projects_membership WHERE user_id IS NOT NULL)`;

const PROBLEMS_SQL = `
  WITH story_assignees AS (
    SELECT id, project_id, assigned_to_id AS user_id FROM userstories_userstory WHERE NOT is_closed
    UNION
    SELECT u.id, project_id, a.user_id FROM userstories_userstory u
    JOIN userstories_userstory_assigned_users a ON a.userstory_id = u.id WHERE NOT is_closed
  )
  SELECT
    (SELECT count(*) FROM userstories_userstory u JOIN projects_userstorystatus s ON s.id = u.status_id
     WHERE u.is_closed AND NOT s.is_closed) AS closed_in_open_status,
    (SELECT count(*) FROM issues_issue i JOIN projects_issuestatus s ON s.id = i.status_id
     WHERE s.is_closed AND finished_date IS NULL) AS closed_without_date,
    (SELECT count(*) FROM issues_issue
     WHERE type_id IS NULL OR severity_id IS NULL OR priority_id IS NULL) AS without_attribute,
    (SELECT count(*) FROM tasks_task t, userstories_userstory u
     WHERE u.id = t.user_story_id AND COALESCE(u.milestone_id, 0) <> COALESCE(t.milestone_id, 0)) AS sprint_differs,
    (SELECT count(DISTINCT id) FROM story_assignees WHERE user_id IS NOT NULL AND ${NOT_MEMBER}) AS story_of_former,
    (SELECT count(*) FROM (SELECT t.project_id, assigned_to_id AS user_id FROM tasks_task t
       JOIN projects_taskstatus s ON s.id = t.status_id AND NOT s.is_closed) t
     WHERE user_id IS NOT NULL AND ${NOT_MEMBER}) AS task_of_former,
    (SELECT count(*) FROM (SELECT i.project_id, assigned_to_id AS user_id FROM issues_issue i
       JOIN projects_issuestatus s ON s.id = i.status_id AND NOT s.is_closed) i
     WHERE user_id IS NOT NULL AND ${NOT_MEMBER}) AS issue_of_former,
    (SELECT count(*) FROM (SELECT e.project_id, assigned_to_id AS user_id FROM epics_epic e
       JOIN projects_epicstatus s ON s.id = e.status_id AND NOT s.is_closed) e
     WHERE user_id IS NOT NULL AND ${NOT_MEMBER}) AS epic_of_former`;

/** What the sample's open statuses stand for by default, other than `active`; the first of a board is its backlog. */
const OPEN_STAGES: Readonly<Record<string, string>> = {
  Ready: 'ready',
  'Ready for test': 'waiting',
  'Ready for review': 'waiting',
  'Needs Info': 'waiting',
  'On hold': 'waiting',
};
const DISCARDED = ['Rejected', 'Duplicate'];

function statusesOf(project: ApiProject, kind: Kind): readonly ApiStatus[] {
  const { epic_statuses, us_statuses, task_statuses, issue_statuses } = project.detail.body;
  const statuses = {
    epic: epic_statuses,
    userstory: us_statuses,
    task: task_statuses,
    issue: issue_statuses,
  }[kind];
  return (statuses ?? []).toSorted((a, b) => a.order - b.order);
}

function statusOf(project: ApiProject, kind: Kind, id: number): ApiStatus | undefined {
  return statusesOf(project, kind).find((status) => status.id === id);
}

/** The default stage, written down in another way than the SQL does; empty for a status that is gone. */
function stageOf(project: ApiProject, kind: Kind, id: number): string {
  const statuses = statusesOf(project, kind);
  const status = statuses.find((candidate) => candidate.id === id);
  if (!status) return '';
  if (status.is_closed) return DISCARDED.includes(status.name) ? 'discarded' : 'done';
  if (status === statuses.find(({ is_closed }) => !is_closed)) return 'backlog';
  return OPEN_STAGES[status.name] ?? 'active';
}

/** Counts or adds up by key. */
function tally<T>(
  things: readonly T[],
  key: (thing: T) => string,
  value: (thing: T) => number = () => 1,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const thing of things) sums[key(thing)] = (sums[key(thing)] ?? 0) + value(thing);
  return sums;
}

function without(table: Readonly<Record<string, number>>, kind: Kind): Record<string, number> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !key.includes(` | ${kind} | `)));
}

/** The diary's times are read as milliseconds, so that sums differ in the microseconds. */
function expectClose(
  actual: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(expected)) {
    expect(Math.abs((actual[key] ?? Number.NaN) - value), `${key}: ${actual[key]} and ${value}`).toBeLessThan(
      1,
    );
  }
}
