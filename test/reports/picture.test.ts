import { beforeAll, expect, test } from 'vitest';
import { PALETTES } from '../../src/base/palette.js';
import { CHART_TYPES } from '../../src/reports/charts/definition.js';
import { chartPicture, pictureSvg } from '../../src/reports/charts/picture.js';
import { type Fonts, loadFonts } from '../../src/reports/lettering/fonts.js';
import { parseXml, sketch } from './chart-helpers.js';

let fonts: Fonts;
beforeAll(async () => {
  fonts = await loadFonts();
});

const COLUMNS = { x: 'number', y: 'items', z: 'items' } as const;
const ROWS = [
  ['1', '3', '4'],
  ['2', '5', '1'],
];
/** What each type can be drawn from. */
function drawn(type: (typeof CHART_TYPES)[number]) {
  return sketch({ type, x: 'x', ...(type !== 'histogram' && { y: ['y', 'z'] }) }, COLUMNS, ROWS);
}

test.each(CHART_TYPES.flatMap((type) => (['light', 'dark'] as const).map((theme) => [type, theme] as const)))(
  'a %s in the %s theme stands alone',
  (type, theme) => {
    const { section, chart } = drawn(type);
    const picture = chartPicture(section, chart, {
      timeZone: 'UTC',
      itemLinkOf: () => undefined,
      theme,
      fonts,
    });
    const svg = picture === undefined ? '' : pictureSvg(picture);
    const elements = parseXml(svg);
    expect(svg).not.toMatch(/var\(|class=|currentColor|<title|<style|<script/);
    const colors = new Set<string>(Object.values(PALETTES[theme]));
    for (const { name, attributes } of elements) {
      for (const key of ['fill', 'stroke'] as const)
        if (attributes[key] !== undefined && attributes[key] !== 'none')
          expect(colors).toContain(attributes[key]);
      // Nothing is black because nobody said what it is.
      if (name === 'text' || name === 'rect' || name === 'circle') expect(attributes.fill).toBeDefined();
      if (name === 'path') expect(attributes.stroke ?? attributes.fill).toBeDefined();
    }
    expect(svg).toContain(PALETTES[theme]['series-0']);
  },
);

test('the legend stands within the picture, in as many lines as it needs', () => {
  const names = Array.from({ length: 30 }, (_, i) => `A team <b>${i}</b> ${'name '.repeat(i)}`);
  const rows = names.map((name, i) => [String(i), '1', name]);
  const { section, chart } = sketch(
    { type: 'line', x: 'x', y: ['y'], series: 'who' },
    { x: 'number', y: 'items', who: 'text' },
    rows,
  );
  const picture = chartPicture(section, chart, {
    timeZone: 'UTC',
    itemLinkOf: () => undefined,
    theme: 'light',
    fonts,
  });
  if (picture === undefined) throw new Error('nothing was drawn');
  const texts = parseXml(pictureSvg(picture)).filter(({ text }) => /^A team|and 6 more/.test(text));
  expect(texts).toHaveLength(25);
  const ends = new Map<string, number>();
  for (const { text, attributes } of texts) {
    const [left, line] = [Number(attributes.x), attributes.y ?? ''];
    expect(left).toBeGreaterThanOrEqual(ends.get(line) ?? 0);
    ends.set(line, left + fonts.regular.width(text, 11));
    expect(ends.get(line)).toBeLessThanOrEqual(picture.width);
    expect(Number(line)).toBeLessThan(picture.height);
  }
});

test('a second eight of series has dashes', () => {
  const rows = Array.from({ length: 9 }, (_, i) => [String(i), '1', `s${i}`]).flatMap((row) => [
    row,
    ['99', ...row.slice(1)],
  ]);
  const { section, chart } = sketch(
    { type: 'line', x: 'x', y: ['y'], series: 'who' },
    { x: 'number', y: 'items', who: 'text' },
    rows,
  );
  const picture = chartPicture(section, chart, {
    timeZone: 'UTC',
    itemLinkOf: () => undefined,
    theme: 'light',
    fonts,
  });
  const lines = parseXml(picture ? pictureSvg(picture) : '').filter(
    ({ attributes }) => attributes['stroke-width'] === '2',
  );
  expect(lines.map(({ attributes }) => attributes['stroke-dasharray'])).toEqual([
    ...Array.from({ length: 8 }, () => undefined),
    '6 4',
  ]);
});
