import { parseDuration } from '../../src/base/duration.js';

/**
 * A crisis takes two hours. So that a test need not, Prometheus and Alertmanager live faster: every duration in
 * their files is divided by one factor. Nothing else is touched: not the expressions, the texts, the thresholds; and
 * Taiga's own days stay days.
 */

/** Like `10m` divided by 30: `20s`. */
function divided(duration: string, factor: number): string {
  const wholeMs = parseDuration(duration);
  if (wholeMs === undefined) throw new Error(`not a duration: ${duration}`);
  const ms = Math.round(wholeMs / factor);
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** What rules and configurations say of time: for how long, how often. */
const SETTINGS =
  /^([ -]*(?:for|keep_firing_for|interval|scrape_interval|evaluation_interval|group_wait|group_interval|repeat_interval): )(\S+)$/gm;
/** How far back an expression looks: `[5m]`, `[7d:15m]`, `offset 7d`. */
const WINDOW = /\[(\d+(?:ms|[smhdw]))(?::(\d+(?:ms|[smhdw])))?\]/g;
const OFFSET = /\boffset (\d+(?:ms|[smhdw]))\b/g;

/** A file with rules, or a configuration of Prometheus or Alertmanager, for a life that is so many times as fast. */
export function hurried(text: string, factor: number): string {
  if (factor === 1) return text;
  return text
    .replaceAll(SETTINGS, (_, key: string, duration: string) => key + divided(duration, factor))
    .replaceAll(WINDOW, (_, range: string, step?: string) =>
      step === undefined
        ? `[${divided(range, factor)}]`
        : `[${divided(range, factor)}:${divided(step, factor)}]`,
    )
    .replaceAll(OFFSET, (_, duration: string) => `offset ${divided(duration, factor)}`);
}

// Each five minutes become each ten seconds in a life that is 30 times as fast; what is hourly, or daily, stays as it is.
export function hurriedSchedule(expression: string, factor: number): string {
  const every = /^\*(?:\/(\d+))? \* \* \* \*$/.exec(expression);
  if (factor === 1 || every === null) return expression;
  const [, minutes = '1'] = every;
  const seconds = Math.max(1, Math.round((Number(minutes) * 60) / factor));
  return seconds < 60 ? `*/${seconds} * * * * *` : `*/${Math.round(seconds / 60)} * * * *`;
}
