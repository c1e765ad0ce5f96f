/** The effort of random tests: `npm test` makes a small one, to be quick, and `npm run test:endurance` a large one. */
export const isEndurance = process.env.BUGFLOW_TEST_EFFORT === 'endurance';

/** The random seed: always the same, so that unchanged code does not fail; others are for people who search for bugs. */
export const SEED = Number(process.env.BUGFLOW_TEST_SEED ?? 1);

/** The quick part has so many cases, the long one so many times more. */
const FACTOR = 2;

export function cases(quick: number): number {
  return isEndurance ? quick * FACTOR : quick;
}

/** As many seeds, beginning with the first. */
export function seeds(first: number, quick: number): number[] {
  return Array.from({ length: cases(quick) }, (_, i) => first + i);
}
