import { expect, test } from 'vitest';
import { createProgressReporter } from '../../src/backfill/progress.js';
import { formatBytes, formatCount, formatTime } from '../../src/backfill/quantities.js';

function reporter(isTTY: boolean): {
  written: string[];
  advance(ms: number, stepsDone: number): void;
  end(): void;
} {
  const written: string[] = [];
  let now = 1000;
  const { update, end } = createProgressReporter({
    output: { isTTY, write: (text) => written.push(text) },
    clock: () => now,
  });
  return {
    written,
    advance(ms, stepsDone) {
      now += ms;
      update({ stepsDone, stepsTotal: 100, samples: stepsDone * 1_000_000 });
    },
    end,
  };
}

test('a terminal gets a bar with the time left, a few times a second', () => {
  const { written, advance, end } = reporter(true);
  for (let step = 1; step <= 40; step += 1) advance(50, step);
  expect(written).toHaveLength(10);
  expect(written.at(-1)).toBe(
    '\r\x1b[K[############..................] 40 %  40 M samples, 20 M/s, 3 s left',
  );
  end();
  expect(written.at(-1)).toBe('\r\x1b[K');
});

test('a log gets a line every ten seconds', () => {
  const { written, advance, end } = reporter(false);
  for (let step = 1; step <= 50; step += 1) advance(1000, step);
  end();
  expect(written).toHaveLength(5);
  expect(written[1]).toBe('backfill: 20 %  20 M samples, 1.0 M/s, 1 min 20 s left\n');
});

test('tells no time left before the pace of the steps is known, however long PostgreSQL sorted before', () => {
  const { written, advance } = reporter(false);
  advance(600_000, 1);
  advance(10_000, 2);
  advance(10_000, 3);
  advance(10_000, 4);
  expect(written.map((line) => line.includes('left'))).toEqual([false, false, true, true]);
  expect(written[0]).toBe('backfill:  1 %  1.0 M samples, 1.7 k/s\n');
  expect(written.at(-1)).toContain(', 16 min 00 s left\n');
});

test('what is quick needs no progress', () => {
  const { written, advance, end } = reporter(true);
  advance(10, 100);
  end();
  expect(written).toEqual([]);
});

test('quantities', () => {
  expect([0, 999, 1000, 9949, 12_345, 31_000_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '12 kB',
    '31 GB',
  ]);
  expect([7, 315_000_000].map(formatCount)).toEqual(['7', '315 M']);
  expect([400, 7000, 250_000, 7_500_000].map(formatTime)).toEqual(['0 s', '7 s', '4 min 10 s', '2 h 05 min']);
});
