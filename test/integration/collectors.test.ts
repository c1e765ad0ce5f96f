import { beforeAll, describe, expect, it } from 'vitest';
import { ARBEIT, BIG_EPIC, CAROL, CART, exampleTaiga, NOW, SHOP_NAME } from '../support/fixture.js';
import { type MeasureOptions, type Metrics, measure, nonZero } from '../support/measure.js';
import { describeOnPostgres } from '../support/postgres.js';
import { TaigaBuilder } from '../support/taiga-builder.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Every number here was worked out by hand from test/support/fixture.ts. */
describeOnPostgres('the collectors', (server) => {
  const measured = (options: Partial<MeasureOptions> = {}): Promise<Metrics> =>
    measure(server().url, { at: NOW, ...options });

  describe('of the example Taiga', () => {
    let metrics: Metrics;

    beforeAll(async () => {
      await exampleTaiga().load(server());
      metrics = await measured();
    });

    it('tell of the projects, but not of one that is being deleted', () => {
      expect(metrics.table('taiga_project_info', ['project', 'project_name', 'private'])).toEqual({
        [`shop | ${SHOP_NAME} | true`]: 1,
        'lanes | Lanes | false': 1,
        'archive-2025 | archive-2025 | false': 1,
        'empty | empty | true': 1,
      });
      expect(metrics.table('taiga_project_planned_points', ['project'])).toEqual({ shop: 100 });
      expect(metrics.table('taiga_project_planned_sprints', ['project'])).toEqual({ shop: 4 });
      expect(metrics.samples.filter(({ labels }) => labels.project === 'gone')).toEqual([]);
    });

    it('count items by status and stage, with 0 for empty columns', () => {
      expect(metrics.table('taiga_items', ['project', 'kind', 'status', 'stage'])).toEqual({
        'shop | userstory | New | backlog': 1,
        'shop | userstory | Ready | ready': 1,
        'shop | userstory | Doing | active': 2,
        'shop | userstory | Ready for test | waiting': 1,
        'shop | userstory | Done | done': 2,
        'shop | userstory | Archived | done': 1,
        'shop | userstory |  | ': 1,
        'shop | task | New | backlog': 2,
        'shop | task | In progress | active': 1,
        'shop | task | Needs Info | waiting': 1,
        'shop | task | Closed | done': 3,
        'shop | issue | New | backlog': 3,
        'shop | issue | In progress | active': 1,
        'shop | issue | Closed | done': 1,
        'shop | issue | Rejected | discarded': 1,
        'shop | issue |  | ': 1,
        'shop | epic | New | backlog': 0,
        'shop | epic | In progress | active': 1,
        'shop | epic | Done | done': 1,
        'lanes | userstory | New | backlog': 1,
        [`lanes | userstory | ${ARBEIT} | active`]: 3,
        'lanes | userstory | Ready for review | waiting': 0,
        'lanes | userstory | 完成 ✓ | done': 1,
        'archive-2025 | userstory | In progress | backlog': 1,
        'archive-2025 | userstory | Done | done': 0,
      });
    });

    it('count issues by what an administrator may have deleted', () => {
      const labels = ['project', 'status', 'stage', 'issue_type', 'severity', 'priority'];
      expect(metrics.table('taiga_issues', labels)).toEqual({
        'shop | New | backlog | Bug | Major | High': 1,
        'shop | New | backlog |  |  | ': 1,
        'shop | New | backlog | Bug | Minor | High': 1,
        'shop | In progress | active | Bug | Minor | Low': 1,
        'shop | Closed | done | Bug | Minor | Low': 1,
        'shop | Rejected | discarded | Question | Minor | High': 1,
        'shop |  |  | Question | Minor | Low': 1,
      });
    });

    it('add up story points by status and by what Taiga regards as closed', () => {
      expect(metrics.table('taiga_userstory_points', ['project', 'status', 'stage', 'closed'])).toEqual({
        'shop | New | backlog | false': 0,
        'shop | Ready | ready | false': 3.5,
        'shop | Doing | active | false': 8,
        'shop | Doing | active | true': 11,
        'shop | Ready for test | waiting | false': 0,
        'shop | Done | done | true': 3,
        'shop | Done | done | false': 0.5,
        'shop | Archived | done | true': 6,
        'lanes | New | backlog | false': 0,
        [`lanes | ${ARBEIT} | active | false`]: 5,
        'lanes | Ready for review | waiting | false': 0,
        'lanes | 完成 ✓ | done | true': 0,
        'archive-2025 | In progress | backlog | false': 0,
        'archive-2025 | Done | done | true': 0,
      });
    });

    it('count stories without points, which is not the same as 0 points', () => {
      expect(metrics.table('taiga_userstories_unestimated', ['project', 'stage'])).toEqual({
        'shop | backlog': 1,
        'shop | ready': 0,
        'shop | active': 0,
        'shop | waiting': 1,
        'shop | done': 0,
        'shop | ': 1,
        'lanes | backlog': 1,
        'lanes | active': 2,
        'lanes | waiting': 0,
        'lanes | done': 1,
        'archive-2025 | backlog': 1,
        'archive-2025 | done': 0,
      });
    });

    it('count open work without an assignee, of whom either table may tell', () => {
      expect(metrics.table('taiga_items_unassigned', ['project', 'kind', 'stage'])).toEqual({
        'shop | userstory | backlog': 1,
        'shop | userstory | ready': 0,
        'shop | userstory | active': 0,
        'shop | userstory | waiting': 0,
        'shop | userstory | ': 1,
        'shop | task | backlog': 2,
        'shop | task | active': 0,
        'shop | task | waiting': 0,
        'shop | issue | backlog': 2,
        'shop | issue | active': 0,
        'shop | issue | ': 1,
        'shop | epic | backlog': 0,
        'shop | epic | active': 1,
        'lanes | userstory | backlog': 1,
        'lanes | userstory | active': 2,
        'lanes | userstory | waiting': 0,
        'archive-2025 | userstory | backlog': 1,
      });
    });

    it('count open work by assignee, once for each of several', () => {
      const table = metrics.table('taiga_assigned_items', ['project', 'kind', 'stage', 'assignee']);
      expect(table).toEqual({
        'shop | userstory | ready | Ann Lee': 2, // she and her namesake
        'shop | userstory | active | Ann Lee': 1,
        'shop | userstory | active | bob': 1,
        'shop | userstory | waiting | bob': 1,
        'shop | userstory | done | Dave Gone': 1,
        'shop | task | active | bob': 1,
        [`shop | task | waiting | ${CAROL}`]: 1,
        'shop | issue | active | Ann Lee': 1,
        [`shop | issue | backlog | ${CAROL}`]: 1,
        'lanes | userstory | active | bob': 1,
      });
    });

    it('count blocked open work', () => {
      expect(metrics.table('taiga_items_blocked', ['project', 'kind'])).toEqual({
        'shop | userstory': 1,
        'shop | task': 1,
        'shop | issue': 0,
        'shop | epic': 0,
        'lanes | userstory': 0,
        'archive-2025 | userstory': 0,
      });
    });

    it('count overdue open work: what is due today is not yet overdue', () => {
      expect(metrics.table('taiga_items_overdue', ['project', 'kind'])).toEqual({
        'shop | userstory': 1,
        'shop | task': 0,
        'shop | issue': 1,
        'lanes | userstory': 0,
        'archive-2025 | userstory': 0,
      });
    });

    it('count open work that is due soon: today, or on a day that begins within two', () => {
      expect(nonZero(metrics.table('taiga_items_due_soon', ['project', 'kind']))).toEqual({
        'shop | task': 1,
        'shop | issue': 1,
      });
    });

    it('count stale open work by its history, not by modified_date', () => {
      expect(metrics.table('taiga_items_stale', ['project', 'kind', 'stage'])).toEqual({
        'shop | userstory | backlog': 1,
        'shop | userstory | ready': 0,
        'shop | userstory | active': 0,
        'shop | userstory | waiting': 0,
        'shop | task | backlog': 1,
        'shop | task | active': 0,
        'shop | task | waiting': 0,
        'shop | issue | backlog': 0,
        'shop | issue | active': 1,
        'shop | epic | backlog': 0,
        'shop | epic | active': 0,
        'lanes | userstory | backlog': 0,
        'lanes | userstory | active': 0,
        'lanes | userstory | waiting': 0,
        'archive-2025 | userstory | backlog': 1,
      });
    });

    it('count what is in the cells of the boards, with their limits', () => {
      expect(metrics.table('taiga_wip_items', ['project', 'status', 'swimlane'])).toEqual({
        'shop | Doing | ': 2,
        'shop | Ready for test | ': 1,
        [`lanes | ${ARBEIT} | Expedite`]: 1,
        [`lanes | ${ARBEIT} | Standard`]: 1,
        [`lanes | ${ARBEIT} | `]: 1,
        'lanes | Ready for review | Expedite': 0,
        'lanes | Ready for review | Standard': 0,
        'lanes | Ready for review | ': 0,
        'lanes | New | Standard': 1, // has a limit
      });
      expect(metrics.table('taiga_wip_limit', ['project', 'status', 'swimlane'])).toEqual({
        'shop | Doing | ': 3,
        [`lanes | ${ARBEIT} | Expedite`]: 1,
        [`lanes | ${ARBEIT} | Standard`]: 5,
        'lanes | New | Standard': 2,
      });
    });

    it('tell how old open work is', () => {
      const labels = ['project', 'kind', 'stage'];
      expect(metrics.table('taiga_item_age_seconds_count', labels)).toEqual({
        'shop | userstory | backlog': 1,
        'shop | userstory | ready': 1,
        'shop | userstory | active': 1,
        'shop | userstory | waiting': 1,
        'shop | userstory | done': 1,
        'shop | userstory | ': 1,
        'shop | task | backlog': 2,
        'shop | task | active': 1,
        'shop | task | waiting': 1,
        'shop | issue | backlog': 3,
        'shop | issue | active': 1,
        'shop | issue | ': 1,
        'shop | epic | active': 1,
        'lanes | userstory | backlog': 1,
        'lanes | userstory | active': 3,
        'archive-2025 | userstory | backlog': 1,
      });
      expect(metrics.table('taiga_item_age_seconds_sum', labels)).toEqual({
        'shop | userstory | backlog': 30 * DAY,
        'shop | userstory | ready': 25 * DAY,
        'shop | userstory | active': 20 * DAY,
        'shop | userstory | waiting': 5 * DAY,
        'shop | userstory | done': 12 * DAY,
        'shop | userstory | ': 3 * DAY,
        'shop | task | backlog': (21 + 2) * DAY,
        'shop | task | active': 9 * DAY,
        'shop | task | waiting': 6 * DAY,
        'shop | issue | backlog': (5 + 1 + 1) * DAY,
        'shop | issue | active': 30 * DAY,
        'shop | issue | ': 40 * DAY,
        'shop | epic | active': 50 * DAY,
        'lanes | userstory | backlog': 14 * DAY,
        'lanes | userstory | active': (10 + 9 + 9) * DAY,
        'archive-2025 | userstory | backlog': 200 * DAY,
      });
      const buckets = { project: 'shop', kind: 'issue', stage: 'backlog' };
      expect(metrics.table('taiga_item_age_seconds_bucket', ['le'], buckets)).toEqual({
        '3600.0': 0,
        '14400.0': 0,
        '86400.0': 2, // a bound belongs to its bucket
        '172800.0': 2,
        '259200.0': 2,
        '432000.0': 3,
        '604800.0': 3,
        '1209600.0': 3,
        '1814400.0': 3,
        '2592000.0': 3,
        '5184000.0': 3,
        '7776000.0': 3,
        '15552000.0': 3,
        '+Inf': 3,
      });
    });

    it('tell how long work has been in progress, from its own history', () => {
      expect(metrics.table('taiga_wip_age_seconds_count', ['project', 'kind'])).toEqual({
        'shop | userstory': 2, // a story that its tasks closed is not in progress
        'shop | task': 2,
        'shop | issue': 1,
        'shop | epic': 1,
        'lanes | userstory': 3,
      });
      expect(metrics.table('taiga_wip_age_seconds_sum', ['project', 'kind'])).toEqual({
        // Since the first start, not the last; the promoted story since its own first row.
        'shop | userstory': (10 + 2) * DAY,
        'shop | task': (7 + 6) * DAY,
        'shop | issue': 20 * DAY,
        'shop | epic': 30 * DAY,
        'lanes | userstory': (4 + 3 + 2) * DAY,
      });
    });

    it('tell how long what is committed to stands in its column, since it last came in', () => {
      const labels = ['project', 'kind', 'status', 'stage'];
      expect(metrics.table('taiga_status_age_seconds_sum', labels)).toEqual({
        'shop | userstory | Ready | ready': 3 * DAY,
        'shop | userstory | Doing | active': 5 * DAY,
        'shop | userstory | Ready for test | waiting': 2 * DAY,
        'shop | task | In progress | active': 7 * DAY,
        'shop | task | Needs Info | waiting': 6 * DAY,
        'shop | issue | In progress | active': 20 * DAY,
        'shop | epic | In progress | active': 30 * DAY,
        [`lanes | userstory | ${ARBEIT} | active`]: (4 + 3 + 2) * DAY,
      });
      expect(metrics.sumBy('taiga_status_age_seconds_count', ['project', 'kind'])).toEqual({
        'shop | userstory': 3,
        'shop | task': 2,
        'shop | issue': 1,
        'shop | epic': 1,
        'lanes | userstory': 3,
      });
    });

    it('tell which types of issues are bugs, by their names or as configured', async () => {
      const labels = ['project', 'issue_type', 'bug'];
      expect(metrics.table('taiga_issue_type_info', labels)).toEqual({
        'shop | Bug | true': 1,
        'shop | Question | false': 1,
      });
      const own = await measured({ config: "bugs: ['Que*', enhancement]", collectors: ['issue_types'] });
      expect(own.table('taiga_issue_type_info', labels)).toEqual({
        'shop | Bug | false': 1,
        'shop | Question | true': 1,
      });
    });

    it('name what most needs attention', () => {
      const labels = ['project', 'kind', 'ref', 'subject', 'assignee', 'reason', 'url'];
      expect(metrics.table('taiga_attention_item_age_seconds', labels)).toMatchObject({
        'shop | task | 13 | task 13 |  | stale | ': 21 * DAY,
        'shop | userstory | 1 | userstory 1 |  | stale | ': 20 * DAY,
        'shop | issue | 23 | issue 23 | Ann Lee | stale | ': 16 * DAY,
        'archive-2025 | userstory | 1 | userstory 1 |  | stale | ': 200 * DAY,
        [`shop | userstory | 3 | ${CART} | Ann Lee, bob | overdue | `]: 23.5 * HOUR,
        'shop | issue | 23 | issue 23 | Ann Lee | overdue | ': 47.5 * HOUR,
        [`shop | userstory | 3 | ${CART} | Ann Lee, bob | blocked | `]: 4 * DAY,
        [`shop | task | 14 | task 14 | ${CAROL} | blocked | `]: 6 * DAY, // born blocked
        'shop | issue | 23 | issue 23 | Ann Lee | over_sle | ': 20 * DAY,
        'shop | issue | 21 | issue 21 |  | untriaged | ': 5 * DAY,
      });
    });

    it.each([
      // The story was blocked on Wednesday night, the task on Monday night: three working days before Sunday.
      ['blocked_too_long', { 'shop | task | 14': 6 * DAY }],
      ['critical_untriaged', {}],
      ['open_bug', { 'shop | issue | 23': 30 * DAY, 'shop | issue | 21': 5 * DAY, 'shop | issue | 27': DAY }],
      ['new_bug', { 'shop | issue | 21': 5 * DAY, 'shop | issue | 27': DAY }],
      [
        'in_progress',
        {
          'shop | issue | 23': 20 * DAY,
          'shop | userstory | 3': 10 * DAY,
          'lanes | userstory | 1': 4 * DAY,
          'lanes | userstory | 2': 3 * DAY,
          'lanes | userstory | 3': 2 * DAY,
          'shop | userstory | 4': 2 * DAY,
        },
      ],
      ['unassigned', { 'lanes | userstory | 2': 3 * DAY, 'lanes | userstory | 3': 2 * DAY }],
      // Its day ends in 24.5 hours.
      ['due_soon', { 'shop | issue | 27': -24.5 * HOUR }],
      ['stale_in_progress', { 'shop | issue | 23': 16 * DAY }],
      ['sprint_left', { 'shop | userstory | 3': 20 * DAY, 'shop | userstory | 7': 12 * DAY }],
    ])('name what alerts tell of: %s', (reason, expected) => {
      expect(
        metrics.table('taiga_attention_item_age_seconds', ['project', 'kind', 'ref'], { reason }),
      ).toEqual(expected);
    });

    it('name critical bugs that nobody triaged for a working day, by severity or priority', async () => {
      const config = "critical: ['*']";
      const own = await measured({ config, collectors: ['attention'] });
      const reason = { reason: 'critical_untriaged' };
      // The other one is of Saturday night.
      expect(own.table('taiga_attention_item_age_seconds', ['ref'], reason)).toEqual({ 21: 5 * DAY });
    });

    it('tell of the sprints, whose days are those of the time zone (UTC)', () => {
      expect(metrics.table('taiga_sprint_info', ['project', 'sprint', 'sprint_name', 'state'])).toEqual({
        'shop | sprint-0 | Sprint 0 | past': 1,
        'shop | sprint-1 | Sprint 1 | current': 1,
        'shop | sprint-2 | Sprint 2 | current': 1,
        'shop | sprint-3 | Sprint "3" 三 | future': 1,
      });
      expect(metrics.table('taiga_sprint_start_timestamp_seconds', ['sprint'])).toEqual({
        'sprint-0': seconds('2026-02-16T00:00:00Z'),
        'sprint-1': seconds('2026-03-02T00:00:00Z'),
        'sprint-2': seconds('2026-03-15T00:00:00Z'),
        'sprint-3': seconds('2026-03-16T00:00:00Z'),
      });
      expect(metrics.table('taiga_sprint_end_timestamp_seconds', ['sprint'])).toEqual({
        'sprint-0': seconds('2026-03-02T00:00:00Z'),
        'sprint-1': seconds('2026-03-16T00:00:00Z'),
        'sprint-2': seconds('2026-03-30T00:00:00Z'),
        'sprint-3': seconds('2026-03-31T00:00:00Z'),
      });
      expect(metrics.table('taiga_sprint_closed', ['project', 'sprint'])).toEqual({
        'shop | sprint-0': 1,
        'shop | sprint-1': 0,
        'shop | sprint-2': 0,
        'shop | sprint-3': 0,
      });
    });

    it('tell what is in the sprints', () => {
      expect(metrics.table('taiga_sprint_points', ['sprint', 'closed'])).toEqual({
        'sprint-0 | true': 6,
        'sprint-0 | false': 0,
        'sprint-1 | true': 3,
        'sprint-1 | false': 0.5,
        'sprint-2 | true': 11,
        'sprint-2 | false': 8,
        'sprint-3 | true': 0,
        'sprint-3 | false': 0,
      });
      expect(metrics.table('taiga_sprint_userstories', ['sprint', 'closed'])).toEqual({
        'sprint-0 | true': 1,
        'sprint-0 | false': 0,
        'sprint-1 | true': 1,
        'sprint-1 | false': 1,
        'sprint-2 | true': 1,
        'sprint-2 | false': 1,
        'sprint-3 | true': 0,
        'sprint-3 | false': 0,
      });
      expect(metrics.table('taiga_sprint_tasks', ['sprint', 'closed'])).toEqual({
        'sprint-0 | true': 0,
        'sprint-0 | false': 0,
        'sprint-1 | true': 1,
        'sprint-1 | false': 1,
        'sprint-2 | true': 1,
        'sprint-2 | false': 2,
        'sprint-3 | true': 0,
        'sprint-3 | false': 0,
      });
    });

    it('tell what is under the epics, from other projects too', () => {
      const labels = ['project', 'epic', 'epic_subject', 'closed'];
      expect(metrics.table('taiga_epic_userstories', labels)).toEqual({
        [`shop | 31 | ${BIG_EPIC} | true`]: 1,
        [`shop | 31 | ${BIG_EPIC} | false`]: 2,
        'shop | 32 | epic 32 | true': 0,
        'shop | 32 | epic 32 | false': 0,
      });
      expect(metrics.table('taiga_epic_points', labels)).toEqual({
        [`shop | 31 | ${BIG_EPIC} | true`]: 3,
        [`shop | 31 | ${BIG_EPIC} | false`]: 8 + 5,
        'shop | 32 | epic 32 | true': 0,
        'shop | 32 | epic 32 | false': 0,
      });
    });

    it('count members, not invitations', () => {
      expect(metrics.table('taiga_project_members', ['project', 'role'])).toEqual({
        'shop | Dev': 1,
        'shop | UX': 2,
        'shop | Guest': 1,
        'lanes | Back': 1,
      });
    });

    it('count items whose records disagree', () => {
      const table = metrics.table('taiga_data_quality_items', ['project', 'kind', 'problem']);
      expect(nonZero(table)).toEqual({
        'shop | userstory | closed_in_open_status': 1,
        'shop | userstory | open_in_closed_status': 1,
        'shop | task | closed_without_date': 1,
        'shop | issue | closed_without_date': 1,
        'shop | issue | open_with_date': 1,
        'shop | userstory | without_status': 1,
        'shop | issue | without_status': 1,
        'shop | issue | without_attribute': 1,
        'shop | issue | created_before_project': 1,
        'shop | task | sprint_differs_from_story': 1,
        'shop | userstory | assigned_to_former_member': 1,
        // The promoted one, and those that history knows nothing of.
        'shop | userstory | unrecorded_creation': 2,
        'shop | issue | unrecorded_creation': 1,
      });
      // What a kind can have is there with 0.
      expect(table).toMatchObject({
        'lanes | userstory | without_status': 0,
        'shop | epic | without_status': 0,
        'archive-2025 | userstory | closed_in_open_status': 0,
      });
      expect(table).not.toHaveProperty('shop | epic | closed_without_date');
    });

    it('cover the whole catalogue of the present', () => {
      expect(metrics.names().map((name) => name.replace(/_(bucket|sum|count)$/, ''))).toEqual(
        expect.arrayContaining([
          'taiga_project_info',
          'taiga_items',
          'taiga_issues',
          'taiga_userstory_points',
          'taiga_userstories_unestimated',
          'taiga_items_unassigned',
          'taiga_items_blocked',
          'taiga_items_overdue',
          'taiga_items_due_soon',
          'taiga_items_stale',
          'taiga_assigned_items',
          'taiga_wip_items',
          'taiga_wip_limit',
          'taiga_item_age_seconds',
          'taiga_wip_age_seconds',
          'taiga_status_age_seconds',
          'taiga_issue_type_info',
          'bugflow_threshold',
          'taiga_attention_item_age_seconds',
          'taiga_sprint_info',
          'taiga_sprint_start_timestamp_seconds',
          'taiga_sprint_end_timestamp_seconds',
          'taiga_sprint_points',
          'taiga_sprint_userstories',
          'taiga_sprint_tasks',
          'taiga_sprint_commitment_points',
          'taiga_sprint_commitment_userstories',
          'taiga_sprint_carried_over_userstories',
          'taiga_epic_userstories',
          'taiga_epic_points',
          'taiga_project_members',
          'taiga_data_quality_items',
        ]),
      );
    });

    it('follow the configured time zone for days and sprints', async () => {
      const config = 'time_zone: Europe/Berlin'; // half past midnight on the 16th
      const berlin = await measured({ config, collectors: ['due_dates', 'sprints', 'attention'] });
      expect(nonZero(berlin.table('taiga_items_overdue', ['project', 'kind']))).toEqual({
        'shop | userstory': 1,
        'shop | task': 1, // due on the 15th
        'shop | issue': 1,
      });
      expect(berlin.table('taiga_sprint_info', ['sprint', 'state'])).toEqual({
        'sprint-0 | past': 1,
        'sprint-1 | past': 1,
        'sprint-2 | current': 1,
        'sprint-3 | current': 1,
      });
      const sprint = { sprint: 'sprint-2' };
      expect(berlin.value('taiga_sprint_start_timestamp_seconds', sprint)).toBe(
        seconds('2026-03-15T00:00:00+01:00'),
      );
      expect(berlin.value('taiga_sprint_end_timestamp_seconds', sprint)).toBe(
        seconds('2026-03-30T00:00:00+02:00'),
      );
      const overdue = { reason: 'overdue' };
      expect(berlin.table('taiga_attention_item_age_seconds', ['kind', 'ref'], overdue)).toEqual({
        'task | 11': 0.5 * HOUR,
        'userstory | 3': 24.5 * HOUR,
        'issue | 23': 48.5 * HOUR,
      });
    });

    it('follow the configured workflow: the first rule that fits, then the defaults', async () => {
      const config = `
workflow:
  - project: shop
    kind: userstory
    stages:
      waiting: [doing]
      discarded: [ARCH*, 'D?ne']
  - kind: task
    stages:
      active: [new]
  - project: '*'
    stages:
      ready: ['N?w', Doing]
      waiting: ['in "arbeit" \\ *']
`;
      const own = await measured({ config, collectors: ['items', 'wip', 'column_ages'] });
      expect(nonZero(own.sumBy('taiga_items', ['project', 'kind', 'stage']))).toEqual({
        'shop | userstory | ready': 1 + 1,
        'shop | userstory | waiting': 2 + 1,
        'shop | userstory | discarded': 2 + 1,
        'shop | userstory | ': 1,
        'shop | task | active': 2 + 1,
        'shop | task | waiting': 1,
        'shop | task | done': 3,
        'shop | issue | ready': 3,
        'shop | issue | active': 1,
        'shop | issue | done': 1,
        'shop | issue | discarded': 1,
        'shop | issue | ': 1,
        'shop | epic | active': 1,
        'shop | epic | done': 1,
        'lanes | userstory | ready': 1,
        'lanes | userstory | waiting': 3,
        'lanes | userstory | done': 1,
        'archive-2025 | userstory | backlog': 1,
      });
      // A task is in progress from its birth on, where New is active.
      expect(own.value('taiga_wip_age_seconds_count', { kind: 'task' })).toBe(4);
      expect(own.value('taiga_wip_age_seconds_sum', { kind: 'task' })).toBe((9 + 21 + 6 + 2) * DAY);
      expect(own.table('taiga_wip_items', ['status', 'swimlane'], { project: 'shop' })).toEqual({
        'Doing | ': 2,
        'Ready for test | ': 1,
      });
    });

    it('export only the projects that the configuration includes', async () => {
      const config = `
projects:
  include: [sh*, archive-????, lanes]
  exclude: ['*n?s']
`;
      const some = await measured({ config });
      const projects = new Set(some.samples.map(({ labels }) => labels.project));
      expect(projects).toEqual(new Set(['shop', 'archive-2025']));
      // A story of a project that is not exported still counts under its epic.
      expect(some.value('taiga_epic_userstories', { epic: '31', closed: 'false' })).toBe(2);
    });

    it('take the wildcards of SQL in a pattern for what they are', async () => {
      const none = await measured({ config: 'projects: { include: ["%", "sho_"] }' });
      expect(none.samples).toEqual([]);
    });

    it('name people by their usernames when so configured', async () => {
      const config = 'labels: { people: username }';
      const some = await measured({ config, collectors: ['assigned_items', 'attention'] });
      expect(some.sumBy('taiga_assigned_items', ['assignee'])).toEqual({
        ann: 3,
        bob: 4,
        carol: 2,
        dave: 1,
        erin: 1,
      });
      const blocked = { reason: 'blocked' };
      expect(some.table('taiga_attention_item_age_seconds', ['ref', 'assignee'], blocked)).toEqual({
        '3 | ann, bob': 4 * DAY,
        '14 | carol': 6 * DAY,
      });
    });

    it('name no people when so configured', async () => {
      const none = await measured({ config: 'labels: { people: off }' });
      expect(none.table('taiga_assigned_items', ['assignee'])).toEqual({});
      const values = none.samples.flatMap(({ labels }) => Object.values(labels));
      for (const name of ['ann', 'Ann Lee', 'bob', 'carol', CAROL, 'dave', 'Dave Gone', 'erin'])
        expect(values.filter((value) => value.includes(name))).toEqual([]);
      expect(none.value('taiga_attention_item_age_seconds', { reason: 'untriaged' })).toBe(5 * DAY);
    });

    it('show no subjects when so configured', async () => {
      const none = await measured({
        config: 'labels: { subjects: false }',
        collectors: ['attention', 'epics'],
      });
      expect(new Set(none.samples.map(({ labels }) => labels.subject ?? labels.epic_subject))).toEqual(
        new Set(['']),
      );
      expect(none.samples).toHaveLength(10 + 18 + 2 * 4);
    });

    it('name only the worst items of a project and reason, with links', async () => {
      const config = `
taiga_url: https://taiga.example.org/
thresholds: { attention_items: 1 }
`;
      const labels = ['reason', 'url'];
      const worst = await measured({ config, collectors: ['attention'] });
      const project = 'https://taiga.example.org/project';
      expect(worst.table('taiga_attention_item_age_seconds', labels)).toEqual({
        [`blocked_too_long | ${project}/shop/task/14`]: 6 * DAY,
        [`stale | ${project}/shop/task/13`]: 21 * DAY,
        [`stale | ${project}/archive-2025/us/1`]: 200 * DAY,
        [`overdue | ${project}/shop/issue/23`]: 47.5 * HOUR,
        [`blocked | ${project}/shop/task/14`]: 6 * DAY,
        [`over_sle | ${project}/shop/issue/23`]: 20 * DAY,
        [`untriaged | ${project}/shop/issue/21`]: 5 * DAY,
        [`due_soon | ${project}/shop/issue/27`]: -24.5 * HOUR,
        [`stale_in_progress | ${project}/shop/issue/23`]: 16 * DAY,
        [`in_progress | ${project}/lanes/us/1`]: 4 * DAY,
        [`in_progress | ${project}/shop/issue/23`]: 20 * DAY,
        [`new_bug | ${project}/shop/issue/21`]: 5 * DAY,
        [`open_bug | ${project}/shop/issue/23`]: 30 * DAY,
        [`sprint_left | ${project}/shop/us/3`]: 20 * DAY,
        [`unassigned | ${project}/lanes/us/2`]: 3 * DAY,
      });
    });

    it('follow the configured thresholds', async () => {
      const config = `
thresholds:
  stale_after: 5d
  untriaged_after: 12h
  sle: { userstory: 9d, task: 1d, issue: 30d, epic: 4w }
`;
      const strict = await measured({ config, collectors: ['items_stale', 'attention'] });
      expect(nonZero(strict.sumBy('taiga_items_stale', ['project', 'kind']))).toEqual({
        'shop | userstory': 1,
        'shop | task': 3, // 21, 7 and 6 days
        'shop | issue': 1, // 16 days; exactly 5 days are not over 5 days
        'lanes | userstory': 1,
        'archive-2025 | userstory': 1,
      });
      const worst = (reason: string): Record<string, number> =>
        strict.table('taiga_attention_item_age_seconds', ['kind', 'ref'], { reason });
      expect(worst('over_sle')).toEqual({
        'userstory | 3': 10 * DAY,
        'task | 11': 7 * DAY,
        'task | 14': 6 * DAY,
        'epic | 31': 30 * DAY,
      });
      expect(worst('untriaged')).toEqual({ 'issue | 21': 5 * DAY, 'issue | 22': 1 * DAY });
    });

    it('follow the thresholds of single projects: the first that fits and names one', async () => {
      const config = `
thresholds:
  stale_after: 40d
  due_soon: 10m
  projects:
    - { project: archive-*, stale_after: 201d }
    - { project: '*', sle: { task: 150h, epic: 20d } }
    - { project: shop, stale_after: 20h, sle: { task: 1d } }
`;
      const own = await measured({
        config,
        collectors: ['items_stale', 'due_dates', 'attention', 'thresholds'],
      });
      expect(nonZero(own.sumBy('taiga_items_stale', ['project']))).toEqual({ shop: 6 + 4 + 4 + 1 });
      expect(nonZero(own.table('taiga_items_due_soon', ['project', 'kind']))).toEqual({ 'shop | task': 1 });
      const overSle = own.table('taiga_attention_item_age_seconds', ['kind', 'ref'], { reason: 'over_sle' });
      expect(overSle).toEqual({ 'task | 11': 7 * DAY, 'issue | 23': 20 * DAY, 'epic | 31': 30 * DAY });
      expect(own.table('bugflow_threshold', ['name', 'kind'], { project: 'archive-2025' })).toMatchObject({
        'stale_after | ': 201 * DAY,
        'untriaged_after | ': 2 * DAY,
        'due_soon | ': 600,
        'sle | epic': 20 * DAY,
        'sle | userstory': 14 * DAY,
        'sle | task': 150 * HOUR,
        'sle | issue': 14 * DAY,
      });
      expect(own.table('bugflow_threshold', ['name', 'kind'], { project: 'shop' })).toMatchObject({
        'stale_after | ': 20 * HOUR,
        'sle | task': 150 * HOUR,
      });
    });

    it('tell which alerts are off, and for which projects', async () => {
      const config = `
alerting:
  disabled:
    - { alert: TaigaWorkStale }
    - { alert: TaigaWorkStale, project: shop }
    - { alert: TaigaItemsOverdue, project: 'arch*' }
`;
      const own = await measured({ config, collectors: ['disabled_alerts'] });
      expect(own.table('bugflow_alert_disabled', ['alert', 'project'])).toEqual({
        'TaigaWorkStale | shop': 1,
        'TaigaWorkStale | lanes': 1,
        'TaigaWorkStale | archive-2025': 1,
        'TaigaWorkStale | empty': 1,
        'TaigaItemsOverdue | archive-2025': 1,
      });
    });

    it('also read a Taiga from before swimlanes', async () => {
      await server().query(`
        DROP TABLE projects_swimlane, projects_swimlaneuserstorystatus;
        ALTER TABLE userstories_userstory DROP COLUMN swimlane_id;
        ALTER TABLE projects_project DROP COLUMN default_swimlane_id, DROP COLUMN archived_code;
      `);
      const old = await measured();
      expect(old.table('taiga_wip_items', ['project', 'status', 'swimlane'])).toEqual({
        'shop | Doing | ': 2,
        'shop | Ready for test | ': 1,
        [`lanes | ${ARBEIT} | `]: 3,
        'lanes | Ready for review | ': 0,
      });
      expect(old.table('taiga_wip_limit', ['project', 'status', 'swimlane'])).toEqual({
        'shop | Doing | ': 3,
        [`lanes | ${ARBEIT} | `]: 9,
      });
      expect(old.sumBy('taiga_items', ['kind'])).toEqual(metrics.sumBy('taiga_items', ['kind']));
    });
  });

  it('guess the stages of a board from the flags, the order and the names', async () => {
    const taiga = new TaigaBuilder(NOW);
    taiga.addProject('names', {
      statuses: {
        issue: [
          'Done*',
          'Inbox',
          'READY',
          'Blocked',
          'on hold',
          'Needs Info',
          'Need information',
          'Ready for test',
          'Ready for review',
          'Ready for QA (Bob)',
          'In review',
          'Rejected*',
          "Won't fix*",
          'Wontfix*',
          'Duplicate*',
          'Postponed*',
          'Cancelled*',
          'Not rejected*',
          'Archived*',
        ],
      },
    });
    await taiga.load(server());
    const { samples } = await measured({ collectors: ['items'] });
    const statusesOf = (stage: string): unknown[] =>
      samples
        .filter(({ labels }) => labels.stage === stage)
        .map(({ labels }) => labels.status)
        .sort();
    const stages = ['backlog', 'ready', 'active', 'waiting', 'done', 'discarded'];
    expect(Object.fromEntries(stages.map((stage) => [stage, statusesOf(stage)]))).toEqual({
      backlog: ['Inbox'],
      ready: ['READY'],
      active: ['In review'],
      waiting: [
        'Blocked',
        'Need information',
        'Needs Info',
        'Ready for QA (Bob)',
        'Ready for review',
        'Ready for test',
        'on hold',
      ],
      done: ['Archived', 'Done', 'Not rejected'],
      discarded: ['Cancelled', 'Duplicate', 'Postponed', 'Rejected', "Won't fix", 'Wontfix'],
    });
  });

  it('yield nothing for an empty Taiga', async () => {
    await new TaigaBuilder(NOW).load(server());
    expect((await measured()).samples).toEqual([]);
  });
});

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}
