import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { render } from '../../alerting/render.js';
import { folderWith } from '../unit/helpers.js';
import type { Course, Courses } from './situations.js';

export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What an alert is like at some minutes; none: it does not fire. */
export interface Story {
  readonly series: Courses;
  readonly expected: Readonly<Record<number, readonly ExpectedAlert[]>>;
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string }[];
  }[];
}

/** Lets promtool, which has Prometheus' own engine, tell stories to the shipped rule of one alert. */
export async function expectStories(
  alert: string,
  stories: readonly Story[],
  stepMinutes: number,
  /** How far looks at the samples are apart. */
  lookMinutes = stepMinutes,
): Promise<void> {
  const rules = [...render().values()]
    .flatMap((text) => (parse(text) as RuleFile).groups)
    .flatMap((group) => group.rules.filter((rule) => rule.alert === alert));
  expect(rules).toHaveLength(1);
  const test = {
    rule_files: ['rules.yml'],
    evaluation_interval: `${lookMinutes}m`,
    tests: stories.map(({ series, expected }) => ({
      interval: `${stepMinutes}m`,
      input_series: Object.entries(series).map(([name, course]) => ({
        series: name,
        values: notation(course, Math.max(...Object.keys(expected).map(Number)), stepMinutes),
      })),
      alert_rule_test: Object.entries(expected).map(([minute, alerts]) => ({
        eval_time: `${minute}m`,
        alertname: alert,
        exp_alerts: alerts.map(({ labels, annotations }) => ({
          exp_labels: labels,
          exp_annotations: annotations,
        })),
      })),
    })),
  };
  const folder = await folderWith({
    'rules.yml': stringify({ groups: [{ name: 'shipped', rules }] }),
    'test.yml': JSON.stringify(test),
  });
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'test.yml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
}

/** promtool's notation, runs of equal samples as one; a gap begins as a scrape that failed does. */
function notation(course: Course, minutes: number, stepMinutes: number): string {
  const runs: { text: string; length: number }[] = [];
  let before: number | undefined;
  for (let minute = 0; minute <= minutes; minute += stepMinutes) {
    const value = course(minute);
    const text = value === undefined ? (before === undefined ? '_' : 'stale') : String(value);
    before = value;
    const last = runs.at(-1);
    if (last?.text === text) last.length += 1;
    else runs.push({ text, length: 1 });
  }
  return runs
    .map(({ text, length }) => (length === 1 ? text : `${text}x${length - (text === '_' ? 0 : 1)}`))
    .join(' ');
}
