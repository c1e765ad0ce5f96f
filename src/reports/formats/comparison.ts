import type { ColumnDefinition } from '../definition.js';
import type { Cell } from '../result.js';
import { isNumeric } from '../units.js';

/** Whether a number got better, in a word; undefined where it did not change, or neither way is good. */
export function comparison(
  { better, unit }: ColumnDefinition,
  now: Cell | undefined,
  before: Cell | undefined,
): 'better' | 'worse' | undefined {
  if (
    better === undefined ||
    !isNumeric(unit) ||
    now == null ||
    before == null ||
    Number(now) === Number(before)
  )
    return undefined;
  return Number(now) > Number(before) === (better === 'more') ? 'better' : 'worse';
}
