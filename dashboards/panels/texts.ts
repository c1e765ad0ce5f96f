import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

/** What the exporter's reasons say to people. */
export const REASONS: Readonly<Record<string, string>> = {
  stale: 'nothing happens',
  overdue: 'overdue',
  blocked: 'blocked',
  over_sle: 'in progress for too long',
  untriaged: 'nobody looked at it',
};

export const KINDS: Readonly<Record<string, string>> = {
  epic: 'epic',
  userstory: 'user story',
  task: 'task',
  issue: 'issue',
};

/** Texts in the place of values. */
export function textOf(words: Readonly<Record<string, string>>): ValueMapping {
  return {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(words).map(([value, text], index) => [value, { text, index }]),
    ),
  };
}

/** One text for any value; nothing for an empty one, which so is no link either. */
export function anyText(text: string): ValueMapping {
  return { type: MappingType.RegexToText, options: { pattern: '.+', result: { text, index: 0 } } };
}
