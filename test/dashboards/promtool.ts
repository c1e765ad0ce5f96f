import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { folderWith } from '../unit/helpers.js';

/** A series, and its samples from the beginning of 1970 (a Thursday) on, in promtool's notation: `0+1x10`, `_`. */
export type Series = Readonly<Record<string, string>>;

export interface Question {
  readonly expression: string;
  /** As promtool has it: `4d`. */
  readonly at: string;
  /** Values by labels as `{project="a"}`. */
  readonly expected: Readonly<Record<string, number>>;
}

/** promtool loads what comes before the moment of a question, and looking ahead would find nothing. */
const EVERYTHING: Question = { expression: 'vector(1)', at: '120d', expected: { '{}': 1 } };

/** Lets promtool, which has Prometheus' own engine, answer questions about series. */
export async function expectAnswers(
  interval: string,
  series: Series,
  questions: readonly Question[],
): Promise<void> {
  const file = {
    evaluation_interval: interval,
    tests: [
      {
        interval,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [EVERYTHING, ...questions].map(({ expression, at, expected }) => ({
          expr: expression,
          eval_time: at,
          exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
        })),
      },
    ],
  };
  const folder = await folderWith({ 'test.yaml': JSON.stringify(file) });
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'test.yaml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
}
