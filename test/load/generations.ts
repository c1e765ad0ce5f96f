import type { ParsedFamily } from '../support/exposition-parser.js';

/*
 * Collectors by which a torn exposition gives itself away: all series of one hold the same number, the generation, which
 * a writer raises all the time. Two numbers in one collector are two states of the database.
 */
export const COLLECTORS = 15;
export const SERIES = 200;

export const generationSql = 'CREATE TABLE generation (n integer); INSERT INTO generation VALUES (1);';

export function generationCollector(index: number): string {
  return `collector: generation_${index}
description: The generation, many times.
schedule: '* * * * * *'
metrics:
  - name: ${nameOf(index)}
    type: gauge
    help: The generation.
    labels: [copy]
    value: n
now: |
  SELECT copy, n FROM generation CROSS JOIN generate_series(1, ${SERIES}) AS copy
`;
}

/** The generation that each collector is at. @throws Error when one is incomplete or shows two at a time. */
export function generationsIn(families: readonly ParsedFamily[]): number[] {
  return Array.from({ length: COLLECTORS }, (_, index) => {
    const samples = families.find(({ name }) => name === nameOf(index))?.samples ?? [];
    if (samples.length !== SERIES) throw new Error(`${nameOf(index)} has ${samples.length} series`);
    const values = new Set(samples.map(({ value }) => value));
    if (values.size > 1) throw new Error(`${nameOf(index)} shows ${[...values].join(' and ')} at a time`);
    return samples[0]?.value ?? 0;
  });
}

function nameOf(index: number): string {
  return `load_generation_${index}`;
}
