import { beforeAll, describe, expect, test } from 'vitest';
import type { MetricDefinition } from '../../src/collectors/definition.js';
import { type CollectorLibrary, loadLibrary } from '../../src/collectors/library.js';
import { SHIPPED_FOLDER } from './helpers.js';

/** The present of DESIGN §4: what dashboards, alerts and people rely on. */
const CATALOGUE: Readonly<Record<string, string>> = {
  taiga_project_info: 'project, project_name, private',
  taiga_items: 'project, kind, status, stage',
  taiga_issues: 'project, status, stage, issue_type, severity, priority',
  taiga_userstory_points: 'project, status, stage, closed',
  taiga_userstories_unestimated: 'project, stage',
  taiga_items_unassigned: 'project, kind, stage',
  taiga_items_blocked: 'project, kind',
  taiga_items_overdue: 'project, kind',
  taiga_items_stale: 'project, kind, stage',
  taiga_assigned_items: 'project, kind, stage, assignee',
  taiga_wip_items: 'project, status, swimlane',
  taiga_wip_limit: 'project, status, swimlane',
  taiga_item_age_seconds: 'project, kind, stage',
  taiga_wip_age_seconds: 'project, kind',
  taiga_attention_item_age_seconds: 'project, kind, ref, subject, assignee, reason, url',
  taiga_sprint_info: 'project, sprint, sprint_name, state',
  taiga_sprint_start_timestamp_seconds: 'project, sprint',
  taiga_sprint_end_timestamp_seconds: 'project, sprint',
  taiga_sprint_points: 'project, sprint, closed',
  taiga_sprint_userstories: 'project, sprint, closed',
  taiga_sprint_tasks: 'project, sprint, closed',
  taiga_epic_userstories: 'project, epic, epic_subject, closed',
  taiga_epic_points: 'project, epic, epic_subject, closed',
  taiga_project_members: 'project, role',
  taiga_data_quality_items: 'project, kind, problem',
};

const HISTOGRAMS = ['taiga_item_age_seconds', 'taiga_wip_age_seconds'];

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
  test.each(Object.entries(CATALOGUE))('%s{%s}', (name, labels) => {
    const metric = metrics.get(name);
    expect(metric?.labels.join(', ')).toBe(labels);
    expect(metric?.type).toBe(HISTOGRAMS.includes(name) ? 'histogram' : 'gauge');
  });
});

describe('every shipped metric', () => {
  test('has the prefix of the team’s data and a help that is a sentence', () => {
    for (const { name, help } of metrics.values()) {
      expect(name).toMatch(/^taiga_[a-z0-9_]+$/);
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
