import { describe, expect, test } from 'vitest';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { committed } from './dashboards.js';
import { expectAnswers } from './promtool.js';
import { substitute, TYPICAL } from './substitute.js';

const DAY_S = 86_400;
const variables = committed('sprint').dashboard.templating.list ?? [];
const variable = (name: string) => variables.find((each) => each.name === name);

/** What the variable asks, about a sprint of the shop. */
function question(name: string, sprint: string): string {
  const [, expression = ''] = /^query_result\((.*)\)$/.exec(String(variable(name)?.query)) ?? [];
  return substitute(expression, { ...TYPICAL, project: 'shop', sprint });
}

/** The first day, and the one after the last. */
function sprint(name: string, project: string, first: number, after: number): Record<string, string> {
  const labels = `{project="${project}",sprint="${name}"}`;
  return {
    [`taiga_sprint_start_timestamp_seconds${labels}`]: `${first * DAY_S}x119`,
    [`taiga_sprint_end_timestamp_seconds${labels}`]: `${after * DAY_S}x119`,
  };
}

const SPRINTS = {
  ...sprint('one', 'shop', 10, 20),
  // Taiga proposes the last day of the sprint before.
  ...sprint('two', 'shop', 19, 30),
  ...sprint('three', 'shop', 30, 40),
  ...sprint('three', 'office', 1, 99),
};

describe.skipIf(!PROMETHEUS_IS_HERE)(
  'what a report about the sprint is asked for (skipped without promtool)',
  () => {
    test.each([
      ['one', 25, 10, 19],
      ['two', 25, 19, 25],
      ['two', 35, 19, 30],
      ['three', 50, 30, 40],
      // To come: nothing is known of it yet.
      ['three', 25, 24, 25],
      ['none', 25, 24, 25],
    ])('of the sprint %s on day %d it is from day %d to day %d', async (name, today, from, to) => {
      const answer = (day: number) => ({ '{}': day * DAY_S * 1000 });
      await expectAnswers('1d', SPRINTS, [
        { expression: question('sprint_from', name), at: `${today}d`, expected: answer(from) },
        { expression: question('sprint_to', name), at: `${today}d`, expected: answer(to) },
      ]);
    });
  },
);

test.each([
  ['{} 1773136800000 1773140000000', '1773136800000'],
  ['{} 1773136800123.75 1773140000000', '1773136800123'],
])('Grafana finds the moment in %s', (text, moment) => {
  for (const name of ['sprint_from', 'sprint_to']) {
    const [, pattern = ''] = /^\/(.*)\/$/.exec(String(variable(name)?.regex)) ?? [];
    expect(new RegExp(pattern).exec(text)?.groups?.value).toBe(moment);
  }
});
