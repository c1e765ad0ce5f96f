import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Verdicts } from '../promql/verdict.js';

/** A number from which on a colour holds, with the word for it. */
export interface Step {
  readonly from: number | null;
  readonly colour: string;
  readonly word: string;
}

/** Thresholds as Grafana has them: the first step has no value. */
export function steps(
  scale: readonly { readonly value: number | null; readonly colour: string }[],
): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(scale.map(({ value, colour }) => ({ value, color: colour })));
}

export function stepsOf(scale: readonly Step[]): ThresholdsConfigBuilder {
  return steps(scale.map(({ from, colour }) => ({ value: from, colour })));
}

/** For a description: what the words stand for. */
export function scaleInWords(
  values: readonly { readonly name: string; readonly verdicts?: Verdicts }[],
): string {
  const lines = values.flatMap(({ name, verdicts = [] }) => {
    const words = verdicts.map(({ word, colour, from }) =>
      typeof from === 'number' ? `*${word}* (${colour}) from ${from}` : `*${word}* (${colour})`,
    );
    return words.length > 0 ? [`${name.replaceAll(/\{\{.*?\}\}/g, '').trim()}: ${words.join(', ')}.`] : [];
  });
  return lines.join(' ');
}

export function stepsInWords(scale: readonly Step[]): string {
  if (scale.length === 0) return '';
  const words = scale.map(({ from, colour, word }) =>
    from === null ? `*${word}* (${colour})` : `*${word}* (${colour}) from ${from}`,
  );
  return `Levels: ${words.join(', ')}.`;
}
