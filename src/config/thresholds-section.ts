import { z } from 'zod';
import { duration } from '../base/duration.js';
import { type CalendarConfig, calendarSection, secondsOfWorkingDay } from './calendar-section.js';
import { KINDS, type Kind } from './kinds.js';
import { defineSection } from './section.js';

/** A threshold for the projects that match a pattern, and for one kind; without a kind for all. */
export interface ThresholdRule {
  readonly project: string;
  readonly name: ThresholdName | 'sle';
  readonly kind: Kind | undefined;
  /** In seconds, items, or as a ratio. */
  readonly value: number;
  readonly unit: Unit;
}

export interface Thresholds {
  readonly staleAfterMs: number;
  readonly untriagedAfterMs: number;
  readonly sleMs: Readonly<Partial<Record<Kind, number>>>;
  readonly attentionItems: number;
  /** The general ones and those of single projects: of those with the same name and kind, the first that matches wins. */
  readonly rules: readonly ThresholdRule[];
}

type Unit = 'seconds' | 'working seconds' | 'number';

const items = z.number().int().min(0);
const ratio = z.number().min(0);

/** Parses `3 working days` to days. The limit is how far the alerting rules look back. */
function workingDays(longest = 1000) {
  return z
    .string('must be working time like "3 working days"')
    .meta({ title: 'working time' })
    .transform((text, context) => {
      const days = Number(/^(\d+(?:\.\d+)?) working days?$/.exec(text)?.[1]);
      if (days > longest) {
        context.addIssue(`"${text}" is too long: the alert looks back ${longest} working days at most`);
        return z.NEVER;
      }
      if (days > 0) return days;
      context.addIssue(`"${text}" is not working time; write it like "1 working day" or "3 working days"`);
      return z.NEVER;
    });
}

const fields = {
  stale_after: duration.describe('An open item is stale when nothing happened to it for so long.'),
  untriaged_after: duration.describe(
    'An issue is untriaged when it is in the backlog stage without an assignee for so long.',
  ),
  due_soon: duration.describe(
    'An open item is due soon when its due date is today or begins within so long.',
  ),
  critical_untriaged_after: workingDays().describe(
    'How much working time (`calendar`) a critical bug (`critical`) may wait for triage.',
  ),
  blocked_after: workingDays().describe('How much working time an item may be blocked.'),
  over_wip_limit_after: workingDays(4).describe(
    'How much working time a column may hold more than its limit.',
  ),
  no_delivery_after: workingDays(14).describe(
    'How much working time may pass without a closing while work is in progress.',
  ),
  sprint_overrun_after: workingDays(9).describe('How much working time a sprint may be open after its end.'),
  over_sle_items: items
    .max(9, 'must be at most 9, as the list of such items ends at ten')
    .describe('How many items may be over their service level (`sle`): 9 at most.'),
  overdue_items: items.describe('How many open items may be overdue.'),
  stale_items: items.describe('How many items that were started may be stale.'),
  unassigned_items: items.describe('How many items in progress may be without an assignee.'),
  open_bugs_growth: ratio.describe(
    'By what ratio open bugs may grow in four weeks, if they grew in each of them.',
  ),
  sprint_remaining_ratio: ratio.describe(
    "What may be left in a sprint, as a multiple of what the team's pace closes by its end.",
  ),
  sprint_scope_growth: ratio.describe(
    "What share of a sprint's commitment may be added to it after its first day.",
  ),
  reopen_ratio: ratio.describe('What share of the items closed in four weeks may be reopened.'),
  sent_back_ratio: ratio.describe(
    'What share of the items developed in four weeks may come back from review or test.',
  ),
};

export type ThresholdName = keyof typeof fields;

const UNITS: Readonly<Record<ThresholdName, Unit>> = {
  stale_after: 'seconds',
  untriaged_after: 'seconds',
  due_soon: 'seconds',
  critical_untriaged_after: 'working seconds',
  blocked_after: 'working seconds',
  over_wip_limit_after: 'working seconds',
  no_delivery_after: 'working seconds',
  sprint_overrun_after: 'working seconds',
  over_sle_items: 'number',
  overdue_items: 'number',
  stale_items: 'number',
  unassigned_items: 'number',
  open_bugs_growth: 'number',
  sprint_remaining_ratio: 'number',
  sprint_scope_growth: 'number',
  reopen_ratio: 'number',
  sent_back_ratio: 'number',
};

export const thresholdsSchema = z.strictObject({
  stale_after: fields.stale_after.prefault('14d'),
  untriaged_after: fields.untriaged_after.prefault('2d'),
  due_soon: fields.due_soon.prefault('2d'),
  sle: z
    .strictObject({
      epic: duration.optional().describe('Service level expectation for epics; none by default.'),
      userstory: duration.prefault('14d').describe('The same for user stories.'),
      task: duration.prefault('7d').describe('The same for tasks.'),
      issue: duration.prefault('14d').describe('The same for issues.'),
    })
    .prefault({})
    .describe('Service level expectation: how long an item may be in progress before it is `over_sle`.'),
  critical_untriaged_after: fields.critical_untriaged_after.prefault('1 working day'),
  blocked_after: fields.blocked_after.prefault('3 working days'),
  over_wip_limit_after: fields.over_wip_limit_after.prefault('1 working day'),
  no_delivery_after: fields.no_delivery_after.prefault('5 working days'),
  sprint_overrun_after: fields.sprint_overrun_after.prefault('1 working day'),
  over_sle_items: fields.over_sle_items.default(3),
  overdue_items: fields.overdue_items.default(3),
  stale_items: fields.stale_items.default(5),
  unassigned_items: fields.unassigned_items.default(3),
  open_bugs_growth: fields.open_bugs_growth.default(0.25),
  sprint_remaining_ratio: fields.sprint_remaining_ratio.default(1.5),
  sprint_scope_growth: fields.sprint_scope_growth.default(0.25),
  reopen_ratio: fields.reopen_ratio.default(0.15),
  sent_back_ratio: fields.sent_back_ratio.default(0.4),
  attention_items: z
    .number()
    .int()
    .positive()
    .max(100)
    .default(10)
    .describe('How many items a project and reason the attention list names.'),
  projects: z
    .array(
      z.strictObject({
        project: z
          .string()
          .min(1, 'a pattern must not be empty')
          .describe('Which projects: a slug, with `*` and `?` as wildcards.'),
        ...z.strictObject(fields).partial().shape,
        sle: z
          .partialRecord(z.enum(KINDS), duration)
          .default({})
          .describe('Other service level expectations, by kind.'),
      }),
    )
    .default([])
    .describe(
      'Other thresholds for some projects; the first entry that matches a project and names a threshold wins.',
    ),
});

export const thresholdsSection = defineSection({
  key: 'thresholds',
  name: 'thresholds',
  schema: thresholdsSchema.prefault({}).describe('When something is exceptional.'),
  resolve: (raw, { resolved }) => thresholds(raw, resolved(calendarSection)),
});

function thresholds(raw: z.output<typeof thresholdsSchema>, calendar: CalendarConfig): Thresholds {
  return {
    staleAfterMs: raw.stale_after,
    untriagedAfterMs: raw.untriaged_after,
    sleMs: definedOnly(raw.sle),
    attentionItems: raw.attention_items,
    rules: [...raw.projects, { project: '*', ...raw }].flatMap((each) => {
      // The list must be long enough for the threshold to be exceeded.
      const { over_sle_items: overSle } = each;
      const reachable = overSle === undefined ? undefined : Math.min(overSle, raw.attention_items - 1);
      return rules({ ...each, over_sle_items: reachable }, calendar);
    }),
  };
}

type RawRules = Readonly<Partial<Record<ThresholdName, number | undefined>>> & {
  readonly project: string;
  readonly sle: Readonly<Partial<Record<Kind, number | undefined>>>;
};

function rules(raw: RawRules, calendar: CalendarConfig): ThresholdRule[] {
  const { project, sle } = raw;
  const inBaseUnit: Readonly<Record<Unit, number>> = {
    seconds: 1 / 1000,
    'working seconds': secondsOfWorkingDay(calendar),
    number: 1,
  };
  const named = Object.entries(UNITS).flatMap(([key, unit]): ThresholdRule[] => {
    const name = key as ThresholdName;
    const value = raw[name];
    if (value === undefined) return [];
    return [{ project, name, kind: undefined, value: value * inBaseUnit[unit], unit }];
  });
  const expected = KINDS.flatMap((kind): ThresholdRule[] => {
    const ms = sle[kind];
    return ms === undefined ? [] : [{ project, name: 'sle', kind, value: ms / 1000, unit: 'seconds' }];
  });
  return [...named, ...expected];
}

function definedOnly<K extends string>(
  record: Partial<Record<K, number | undefined>>,
): Partial<Record<K, number>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, number>
  >;
}
