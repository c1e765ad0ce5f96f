import { validateDetailed } from 'node-cron';

/** What is wrong with a cron expression; undefined: nothing. */
export function cronProblem(expression: string): string | undefined {
  // node-cron expands ranges, so numbers must be small; no valid field has three digits.
  if (expression.length > 200 || /\d{3}/.test(expression))
    return 'this is not a cron expression; write it like "*/5 * * * *"';
  const { valid, errors } = validateDetailed(expression);
  if (valid) return stepProblem(expression);
  return `"${expression}" is not a cron expression (${errors[0]?.message ?? 'it needs five fields'}); write it like "*/5 * * * *"`;
}

/** How many values the fields have, from the last one: weekdays, months, days, hours, minutes, seconds. */
const FIELD_SIZES = [7, 12, 31, 24, 60, 60];

/** A step larger than its field begins at its first value only: 90 minutes would be every hour. */
function stepProblem(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/).reverse();
  const tooLong = fields.find((field, i) =>
    [...field.matchAll(/\/(\d+)/g)].some(([, step]) => Number(step) > (FIELD_SIZES[i] ?? 0)),
  );
  if (tooLong === undefined) return undefined;
  return `"${expression}": the step of ${tooLong} is longer than its field, so that would be only the first value each time; for longer steps use the next field, as in "0 */2 * * *"`;
}
