import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBackoff } from '../../src/base/backoff.js';
import {
  type CircuitBreaker,
  createCircuitBreaker,
  FAILURES_TO_OPEN,
  maxWaitMs,
  type Outcome,
} from '../../src/collectors/circuit-breaker.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Without jitter. */
function breakerOf(intervalMs = MINUTE_MS): CircuitBreaker {
  return createCircuitBreaker({
    retryDelayMs: createBackoff({ random: () => 0 }),
    intervalMs: () => intervalMs,
  });
}

function waits(breaker: CircuitBreaker, outcomes: readonly Outcome[]): (number | undefined)[] {
  return outcomes.map((outcome) => {
    const ms = breaker.record(outcome);
    return ms === undefined ? undefined : ms / SECOND_MS;
  });
}

const times = (count: number, outcome: Outcome): Outcome[] => new Array<Outcome>(count).fill(outcome);

describe('the wait', () => {
  test('doubles from a second to 15 minutes where the fault is the collector’s own', () => {
    expect(waits(breakerOf(), times(12, 'failure'))).toEqual([
      1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900,
    ]);
  });

  test('doubles from a second to a minute while the database is absent', () => {
    expect(waits(breakerOf(), times(9, 'absence'))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('begins anew when the cause is another one, and after a success', () => {
    expect(
      waits(breakerOf(), [
        ...times(20, 'absence'),
        'failure',
        'failure',
        'absence',
        'success',
        'failure',
      ]).slice(19),
    ).toEqual([60, 1, 2, 1, undefined, 1]);
  });

  test.each([
    [1, 60],
    [10, 150],
    [60, 900],
    [3600, 900],
    [86_400, 900],
  ])('of a collector that runs every %i s is never longer than %i s', (interval, longest) => {
    expect(maxWaitMs(interval * SECOND_MS)).toBe(longest * SECOND_MS);
    expect(waits(breakerOf(interval * SECOND_MS), times(2000, 'failure')).at(-1)).toBe(longest);
  });
});

test('the circuit is open from the fifth failure in a row to the next success, whatever the causes', () => {
  const outcome = fc.constantFrom<Outcome>('success', 'failure', 'absence', 'failure', 'absence');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
      const breaker = breakerOf();
      outcomes.forEach((each, i) => {
        const wait = breaker.record(each);
        const failuresInARow = i - outcomes.lastIndexOf('success', i);
        expect(breaker.isOpen()).toBe(failuresInARow >= FAILURES_TO_OPEN);
        expect(wait === undefined).toBe(each === 'success');
      });
    }),
  );
});
