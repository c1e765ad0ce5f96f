import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test } from 'vitest';
import { PALETTES } from '../../src/base/palette.js';
import { toPng } from '../../src/reports/formats/png/png.js';
import { reportBlock } from '../../src/reports/formats/png/report-block.js';
import { loadFonts } from '../../src/reports/lettering/fonts.js';
import { column, result, section } from './made-up-result.js';
import { printedResult } from './printed-result.js';

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** How many there are of each colour, as `#rrggbb`. */
  readonly colors: ReadonlyMap<string, number>;
}

/** What a viewer sees: the file as an image within a picture. */
function decoded(png: Buffer): Pixels {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${png.toString('base64')}"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  const counts = new Map<number, number>();
  const all = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  for (const pixel of all) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const colors = new Map<string, number>();
  for (const [pixel, count] of counts) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(pixel);
    colors.set(`#${bytes.toString('hex', 0, 3)}`, count);
  }
  return { width, height, colors };
}

describe('a section as a picture', () => {
  test.each(['light', 'dark'] as const)('has the colours of the %s theme', async (theme) => {
    const { width, height, colors } = decoded(await toPng(printedResult(), { section: 'chart', theme }));
    expect(width).toBe(2000);
    expect(height).toBeLessThan(2000);
    const palette = PALETTES[theme];
    const series = (name: 'series-0' | 'series-1'): number => colors.get(palette[name]) ?? 0;
    // Two areas, of 4 and of 7 items.
    expect(series('series-0')).toBeGreaterThan(50_000);
    expect(series('series-1') / series('series-0')).toBeCloseTo(7 / 4, 1);
    expect(colors.get(palette.ground)).toBeGreaterThan(50_000);
    expect(colors.get(palette.ink)).toBeGreaterThan(500);
  });

  test('says better and worse in colours', async () => {
    const { colors } = decoded(await toPng(printedResult(), { section: 'numbers' }));
    const { good, bad } = PALETTES.light;
    expect([colors.get(good), colors.get(bad)].map((count = 0) => count > 20)).toEqual([true, true]);
  });

  test('is known by its name', async () => {
    await expect(toPng(printedResult(), { section: 'chrat' })).rejects.toThrow(
      expect.objectContaining({
        code: 'REPORT_USAGE',
        message: 'the report mine has no section "chrat"; it has numbers, chart, items, none',
      }),
    );
  });
});

test('a whole report is higher than its sections, but never without an end', async () => {
  const heightOf = (png: Buffer): number => png.readUInt32BE(20);
  const alone = heightOf(await toPng(printedResult(), { section: 'chart' }));
  expect(heightOf(await toPng(printedResult()))).toBeGreaterThan(alone);
  const rows = Array.from({ length: 13 }, () => ['word '.repeat(100)]);
  const many = Array.from({ length: 30 }, (_, i) => section([column('a')], rows, { name: `s${i}` }));
  const style = { theme: 'light', palette: PALETTES.light, fonts: await loadFonts() } as const;
  const { height } = reportBlock(result(many), style);
  // Two pixels for each unit: 8,000, and what stands around it.
  expect(height).toBeLessThanOrEqual(4100);
  expect(height).toBeGreaterThan(3000);
});

test('the same result makes the same file', async () => {
  const options = { section: 'numbers' };
  const [one, other] = [await toPng(printedResult(), options), await toPng(printedResult(), options)];
  expect(one.equals(other)).toBe(true);
});
