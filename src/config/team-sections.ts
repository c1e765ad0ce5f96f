import { z } from 'zod';
import { KINDS, type Kind } from './kinds.js';
import { defineSection } from './section.js';
import { baseAddress, withoutSlash } from './web-address.js';

export const STAGES = ['backlog', 'ready', 'active', 'waiting', 'done', 'discarded'] as const;
export type Stage = (typeof STAGES)[number];

const pattern = z.string().min(1, 'a pattern must not be empty');

/** Taiga's address without a slash at the end; empty when not configured. */
export const taigaUrlSection = defineSection({
  key: 'taiga_url',
  name: 'taigaUrl',
  schema: baseAddress.optional().describe("Address of Taiga's front end, for links to items."),
  resolve: (raw) => withoutSlash(raw ?? ''),
});

const projects = z.strictObject({
  include: z.array(pattern).default(['*']).describe('Slugs to export; `*` and `?` are wildcards.'),
  exclude: z.array(pattern).default([]).describe('Slugs not to export, even when included.'),
});

export const projectsSection = defineSection({
  key: 'projects',
  name: 'projects',
  schema: projects.prefault({}).describe('Which projects are exported.'),
  resolve: (raw): { readonly include: readonly string[]; readonly exclude: readonly string[] } => raw,
});

const workflowRule = z.strictObject({
  project: pattern.default('*').describe('Which projects: a slug, with `*` and `?` as wildcards.'),
  kind: z.enum(KINDS).optional().describe('Which kind; absent: all four.'),
  stages: z
    .partialRecord(z.enum(STAGES), z.array(pattern))
    .describe('Stage → names of its statuses, without regard to case; `*` and `?` are wildcards.'),
});

/** One rule that maps statuses to stages; in patterns `*` and `?` are wildcards. */
export interface WorkflowRule {
  readonly project: string;
  readonly kind: Kind | undefined;
  readonly status: string;
  readonly stage: Stage;
}

export const workflowSection = defineSection({
  key: 'workflow',
  name: 'workflow',
  schema: z
    .array(workflowRule)
    .default([])
    .describe('Which status is which stage; the first rule that matches wins, then the defaults apply.'),
  resolve: (raw): readonly WorkflowRule[] =>
    raw.flatMap(({ project, kind, stages }) =>
      Object.entries(stages).flatMap(([stage, statuses]) =>
        statuses.map((status) => ({ project, kind, status, stage: stage as Stage })),
      ),
    ),
});

const transitionRule = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, "a transition's name has small letters, digits and _, like sent_back")
    .describe('The name of such a move: the value of the label `transition`.'),
  project: pattern.default('*').describe('Which projects: a slug, with `*` and `?` as wildcards.'),
  kind: z.enum(KINDS).optional().describe('Which kind; absent: all four.'),
  from: z
    .array(pattern)
    .min(1)
    .default(['*'])
    .describe('Statuses that the item leaves, without regard to case; `*` and `?` are wildcards.'),
  to: z.array(pattern).min(1).default(['*']).describe('Statuses that it enters.'),
});

/** Gives moves from one of these statuses to one of those a name. */
export interface TransitionRule {
  readonly name: string;
  readonly project: string;
  readonly kind: Kind | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export const transitionsSection = defineSection({
  key: 'transitions',
  name: 'transitions',
  schema: z
    .array(transitionRule)
    .default([])
    .describe('Names for moves between statuses; the first rule that matches wins, then the defaults apply.'),
  resolve: (raw): readonly TransitionRule[] => raw.map((rule) => ({ ...rule, kind: rule.kind })),
});

/** Usual names for bugs, in English and the main languages of Taiga. */
const BUG_TYPES = [
  ...['bug', 'bugs', 'defect', 'fault', 'error', 'incident', 'regression'],
  ...[
    'fehler',
    'störung',
    'fallo',
    'defecto',
    'incidencia',
    'anomalie',
    'défaut',
    'erreur',
    'erro',
    'defeito',
  ],
  ...[
    'difetto',
    'errore',
    'fout',
    'storing',
    'błąd',
    'usterka',
    'ошибка',
    'дефект',
    'баг',
    '缺陷',
    '故障',
    '错误',
    'バグ',
    '不具合',
  ],
];

/** Usual names for the worst bugs; the first one is Taiga's own. */
const CRITICAL = [
  ...['critical', 'blocker', 'urgent', 'showstopper', 'fatal', 'kritisch', 'crítico', 'crítica'],
  ...['critique', 'bloquant', 'critico', 'critica', 'krytyczny', 'критический', '严重', '致命的'],
];

/** Patterns of the issue types that are bugs. */
export const bugsSection = defineSection({
  key: 'bugs',
  name: 'bugs',
  schema: z
    .array(pattern)
    .default(BUG_TYPES)
    .describe('Which types of issues are bugs, without regard to case; `*` and `?` are wildcards.'),
  resolve: (raw): readonly string[] => raw,
});

/** Patterns of the severities and priorities that make a bug critical. */
export const criticalSection = defineSection({
  key: 'critical',
  name: 'critical',
  schema: z
    .array(pattern)
    .default(CRITICAL)
    .describe(
      'Which severities and priorities make a bug critical, without regard to case; `*` and `?` are wildcards.',
    ),
  resolve: (raw): readonly string[] => raw,
});

const labels = z.strictObject({
  people: z
    .enum(['full_name', 'username', 'off'])
    .default('full_name')
    .describe(
      'How people appear in the two metrics that name them, and in the report about an item; `off`: not at all.',
    ),
  subjects: z.boolean().default(true).describe('Whether subjects of items and epics appear in labels.'),
  max_bytes: z
    .number()
    .int()
    .min(64, 'must be at least 64')
    .default(1000)
    .describe(
      'The longest value of a label, in bytes of UTF-8, as `label_value_length_limit` of Prometheus counts. A longer one is cut, and ends with `…` and a digest of all of it in brackets.',
    ),
});

export interface LabelSettings {
  readonly people: 'full_name' | 'username' | 'off';
  readonly subjects: boolean;
  readonly maxBytes: number;
}

export const labelsSection = defineSection({
  key: 'labels',
  name: 'labels',
  schema: labels.prefault({}).describe('Which names and texts appear in labels.'),
  resolve: ({ people, subjects, max_bytes: maxBytes }): LabelSettings => ({ people, subjects, maxBytes }),
});
