/** How hard random tests try: `npm test` a little, so that it is quick, `npm run test:endurance` a lot. */
export const isEndurance = process.env.BUGFLOW_TEST_EFFORT === 'endurance';

/** What chance begins with: always the same, so that who changed nothing sees nothing fail; another one is for whoever looks for faults. */
export const SEED = Number(process.env.BUGFLOW_TEST_SEED ?? 1);

/** So many cases in the quick part, and this many times as many in the long one. */
const FACTOR = 2;

export function cases(quick: number): number {
  return isEndurance ? quick * FACTOR : quick;
}

/** As many seeds, from the first one on. */
export function seeds(first: number, quick: number): number[] {
  return Array.from({ length: cases(quick) }, (_, i) => first + i);
}
