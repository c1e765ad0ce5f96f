import { expect, test } from 'vitest';
import { type Drawing, draw } from '../../src/reports/formats/draw.js';
import { createDrawAside } from '../../src/reports/formats/draw-aside.js';
import { printedResult } from './printed-result.js';

const DRAWINGS: readonly Drawing[] = [
  { format: 'pdf', serviceUrl: 'https://bugflow.example.org' },
  { format: 'pdf' },
  { format: 'png', section: 'chart' },
];

test('what is drawn in a thread of its own is what would be drawn here', async () => {
  const result = printedResult();
  const aside = createDrawAside();
  const found = await Promise.all(DRAWINGS.map((drawing) => aside(result, drawing)));
  for (const [i, drawing] of DRAWINGS.entries())
    expect(found[i]?.equals(await draw(result, drawing))).toBe(true);
});

test('while a thread draws, this one does something else', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await createDrawAside()(printedResult(), { format: 'pdf' });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test('a drawing that fails says why, and the next one succeeds', async () => {
  const aside = createDrawAside();
  const failed = aside(printedResult(), { format: 'png', section: 'nothing' }).catch(
    (error: unknown) => error,
  );
  const next = aside(printedResult(), { format: 'png', section: 'numbers' });
  expect(await failed).toMatchObject({ message: expect.stringContaining('nothing') });
  expect((await next).subarray(1, 4).toString()).toBe('PNG');
});
