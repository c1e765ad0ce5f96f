import { validateDetailed } from 'node-cron';

/** What is wrong with a cron expression; undefined: nothing. */
export function cronProblem(expression: string): string | undefined {
  // node-cron expands ranges, so numbers must be small; no valid field has three digits.
  if (expression.length > 200 || /\d{3}/.test(expression))
    return 'this is not a cron expression; write it like "*/5 * * * *"';
  const { valid, errors } = validateDetailed(expression);
  if (valid) return undefined;
  return `"${expression}" is not a cron expression (${errors[0]?.message ?? 'it needs five fields'}); write it like "*/5 * * * *"`;
}
