import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MetricDefinition } from '../../src/collectors/definition.js';
import { type CollectorLibrary, loadLibrary } from '../../src/collectors/library.js';
import { SHIPPED_FOLDER } from './helpers.js';

type MetricType = MetricDefinition['type'];

/**
 * What dashboards, alerts and people rely on, by hand: each metric's type and labels. A metric that ships has a line
 * here; to change one is to break somebody's panel.
 */
const CATALOGUE: Readonly<Record<string, readonly [type: MetricType, labels: string]>> = {
  // The present.
  taiga_project_info: ['gauge', 'project, project_name, private'],
  taiga_project_planned_points: ['gauge', 'project'],
  taiga_project_planned_sprints: ['gauge', 'project'],
  taiga_items: ['gauge', 'project, kind, status, stage'],
  taiga_issues: ['gauge', 'project, status, stage, issue_type, severity, priority'],
  taiga_userstory_points: ['gauge', 'project, status, stage, closed'],
  taiga_userstories_unestimated: ['gauge', 'project, stage'],
  taiga_items_unassigned: ['gauge', 'project, kind, stage'],
  taiga_items_blocked: ['gauge', 'project, kind'],
  taiga_items_overdue: ['gauge', 'project, kind'],
  taiga_items_due_soon: ['gauge', 'project, kind'],
  taiga_items_stale: ['gauge', 'project, kind, stage'],
  taiga_assigned_items: ['gauge', 'project, kind, stage, assignee'],
  taiga_wip_items: ['gauge', 'project, status, swimlane'],
  taiga_wip_limit: ['gauge', 'project, status, swimlane'],
  taiga_item_age_seconds: ['histogram', 'project, kind, stage'],
  taiga_wip_age_seconds: ['histogram', 'project, kind'],
  taiga_status_age_seconds: ['histogram', 'project, kind, status, stage'],
  taiga_issue_type_info: ['gauge', 'project, issue_type, bug'],
  taiga_attention_item_age_seconds: ['gauge', 'project, kind, ref, subject, assignee, reason, url'],
  taiga_sprint_info: ['gauge', 'project, sprint, sprint_name, state'],
  taiga_sprint_start_timestamp_seconds: ['gauge', 'project, sprint'],
  taiga_sprint_end_timestamp_seconds: ['gauge', 'project, sprint'],
  taiga_sprint_closed: ['gauge', 'project, sprint'],
  taiga_sprint_points: ['gauge', 'project, sprint, closed'],
  taiga_sprint_userstories: ['gauge', 'project, sprint, closed'],
  taiga_sprint_tasks: ['gauge', 'project, sprint, closed'],
  taiga_sprint_commitment_points: ['gauge', 'project, sprint, outcome'],
  taiga_sprint_commitment_userstories: ['gauge', 'project, sprint, outcome'],
  taiga_sprint_carried_over_userstories: ['gauge', 'project, sprint'],
  taiga_epic_userstories: ['gauge', 'project, epic, epic_subject, closed'],
  taiga_epic_points: ['gauge', 'project, epic, epic_subject, closed'],
  taiga_project_members: ['gauge', 'project, role'],
  taiga_data_quality_items: ['gauge', 'project, kind, problem'],
  taiga_switched_statuses: ['gauge', 'project, kind'],
  bugflow_threshold: ['gauge', 'project, name, kind'],
  bugflow_alert_disabled: ['gauge', 'alert, project'],
  // What happened.
  taiga_items_created_total: ['counter', 'project, kind'],
  taiga_items_started_total: ['counter', 'project, kind'],
  taiga_items_closed_total: ['counter', 'project, kind'],
  taiga_items_reopened_total: ['counter', 'project, kind'],
  taiga_items_deleted_total: ['counter', 'project, kind'],
  taiga_items_discarded_total: ['counter', 'project, kind'],
  taiga_items_within_sle_total: ['counter', 'project, kind'],
  taiga_userstory_points_closed_total: ['counter', 'project'],
  taiga_issues_created_total: ['counter', 'project, issue_type, severity'],
  taiga_issues_closed_total: ['counter', 'project, issue_type, severity'],
  taiga_status_transitions_total: ['counter', 'project, kind, from, to, transition'],
  taiga_status_transition_points_total: ['counter', 'project, kind, from, to, transition'],
  taiga_comments_total: ['counter', 'project, kind'],
  taiga_sprint_scope_points_total: ['counter', 'project, sprint, direction'],
  taiga_lead_time_seconds: ['histogram', 'project, kind'],
  taiga_issue_lead_time_seconds: ['histogram', 'project, issue_type, severity'],
  taiga_cycle_time_seconds: ['histogram', 'project, kind'],
  taiga_status_duration_seconds: ['histogram', 'project, kind, status, stage'],
  taiga_blocked_duration_seconds: ['histogram', 'project, kind'],
  taiga_first_response_seconds: ['histogram', 'project'],
};

const HOUR = 3600;

let library: CollectorLibrary;
let metrics: Map<string, MetricDefinition>;

beforeAll(async () => {
  library = await loadLibrary({
    shippedFolder: SHIPPED_FOLDER,
    ownFiles: [],
    overrides: {},
    configFile: undefined,
  });
  metrics = new Map(library.collectors.flatMap((each) => each.metrics).map((each) => [each.name, each]));
});

describe('the catalogue', () => {
  test.each(Object.entries(CATALOGUE))('%s: %j', (name, [type, labels]) => {
    const metric = metrics.get(name);
    expect([metric?.type, metric?.labels.join(', ')]).toEqual([type, labels]);
  });

  test('has every shipped metric, and so has docs/metrics.md', () => {
    expect([...metrics.keys()].sort()).toEqual(Object.keys(CATALOGUE).sort());
    const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `((?:taiga|bugflow)_\w+)` \| (\w+) \| ([^|]*) \|/gm)].map(
      ([, name = '', type = '', labels = '']) => [name, [type, labels.replaceAll('`', '')]],
    );
    expect(Object.fromEntries(rows)).toEqual(CATALOGUE);
  });

  test('tells what happened by events, and what is so by the present', () => {
    for (const { now, events, metrics: own } of library.collectors) {
      expect([now, events].filter(Boolean)).toHaveLength(1);
      for (const { name, type } of own) {
        const grows = name.endsWith('_total');
        expect([name, type === 'counter']).toEqual([name, grows]);
        if (events) expect([name, type]).not.toEqual([name, 'gauge']);
      }
    }
  });

  test('has buckets in hours to months', () => {
    for (const { name, type, buckets } of metrics.values()) {
      if (type !== 'histogram') continue;
      expect([name, buckets[0]]).toEqual([name, HOUR]);
      expect([name, buckets.at(-1)]).toEqual([name, 180 * 24 * HOUR]);
    }
  });
});

describe('every shipped metric', () => {
  test('has the prefix of the team’s data and a help that is a sentence', () => {
    for (const { name, help } of metrics.values()) {
      expect(name).toMatch(/^(taiga_[a-z0-9_]+|bugflow_threshold|bugflow_alert_disabled)$/);
      expect(help, name).toMatch(/^[A-Z0-9].*\.$/s);
    }
  });

  test('is by project', () => {
    for (const { name, labels } of metrics.values()) expect(labels, name).toContain('project');
  });

  test('names people or subjects only where the catalogue says so', () => {
    const withLabel = (label: string): string[] =>
      [...metrics.values()].filter(({ labels }) => labels.includes(label)).map(({ name }) => name);
    expect(withLabel('assignee').sort()).toEqual([
      'taiga_assigned_items',
      'taiga_attention_item_age_seconds',
    ]);
    expect(withLabel('subject')).toEqual(['taiga_attention_item_age_seconds']);
  });
});

describe('every shipped collector', () => {
  test('is named as its file', () => {
    for (const { name, file } of library.collectors) expect(file).toBe(`${SHIPPED_FOLDER}/${name}.yaml`);
  });

  test.each([
    ['an older Taiga without swimlanes', (table: string) => !table.includes('swimlane')],
    ['a recent Taiga', () => true],
  ])('finds its relations in %s', (_name, hasTable) => {
    for (const { name, relations } of library.collectors) {
      const found = library.relations.resolve(relations, hasTable).map((relation) => relation.name);
      expect(found, name).toEqual(expect.arrayContaining([...relations]));
    }
  });
});
