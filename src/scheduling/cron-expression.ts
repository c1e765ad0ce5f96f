import { validate, validateDetailed } from 'node-cron';

/** What is wrong with a cron expression; undefined: nothing. */
export function cronProblem(expression: string): string | undefined {
  // node-cron expands ranges, so numbers must be small; no valid field has three digits.
  if (expression.length > 200 || /\d{3}/.test(expression))
    return 'this is not a cron expression; write it like "*/5 * * * *"';
  const { valid, errors } = validateDetailed(expression);
  if (valid || isPossibleByWeekday(expression)) return stepProblem(expression);
  return `"${expression}" is not a cron expression (${errors[0]?.message ?? 'it needs five fields'}); write it like "*/5 * * * *"`;
}

/** How many values the fields have, from the last one: weekdays, months, days, hours, minutes, seconds. */
const FIELD_SIZES = [7, 12, 31, 24, 60, 60];

/** A step larger than its field begins at its first value only: 90 minutes would be every hour. */
function stepProblem(expression: string): string | undefined {
  const fields = fieldsOf(expression).reverse();
  const tooLong = fields.find((field, i) =>
    [...field.matchAll(/\/(\d+)/g)].some(([, step]) => Number(step) > (FIELD_SIZES[i] ?? 0)),
  );
  if (tooLong === undefined) return undefined;
  return `"${expression}": the step of ${tooLong} is longer than its field, so that would be only the first value each time; for longer steps use the next field, as in "0 */2 * * *"`;
}

/** The fields, from the left: seconds, which may be missing, minutes, hours, days, months, weekdays. */
function fieldsOf(expression: string): string[] {
  return expression.trim().split(/\s+/);
}

const DAY = -3;
const MONTH = -2;
const WEEKDAY = -1;

/**
 * The expressions of which any may match. node-cron wants a day of the month and a weekday to match both; in cron, where both
 * are given, either is enough. A field that begins with `*`, as in `*` and a step, does not count as given there.
 */
export function cronAlternatives(expression: string): string[] {
  const fields = fieldsOf(expression);
  const isGiven = (field: string | undefined): boolean => field !== undefined && !/^[*?]/.test(field);
  if (fields.length < 5 || !isGiven(fields.at(DAY)) || !isGiven(fields.at(WEEKDAY))) return [expression];
  const either = [fields.with(WEEKDAY, '*'), fields.with(DAY, '*')].map((each) => each.join(' '));
  // One may never come: the 30th of February or a Monday is a Monday.
  return either.filter((one) => validate(one));
}

/** Whether only the day of the month never comes, as the 30th of February, while a weekday does. */
function isPossibleByWeekday(expression: string): boolean {
  const alternatives = cronAlternatives(expression);
  if (alternatives.length !== 1 || alternatives[0] === expression) return false;
  return validate(fieldsOf(expression).with(MONTH, '*').join(' '));
}
