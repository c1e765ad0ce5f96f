import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NO_LABELS } from '../../src/collectors/labels.js';
import { createExposition } from '../../src/exposition/exposition.js';
import type { SampleFamily } from '../../src/exposition/format.js';
import { parseExposition } from '../support/exposition-parser.js';

function gauge(name: string, value: number, help = 'Help.'): SampleFamily {
  return { name, type: 'gauge', help, samples: () => [{ suffix: '', labels: NO_LABELS, value }] };
}

const counter: SampleFamily = {
  name: 'moves_total',
  type: 'counter',
  help: 'Moves.',
  samples: () => [{ suffix: '', labels: NO_LABELS, value: 2 }],
};

const LINE_A1 = '# HELP a Help.\n# TYPE a gauge\na 1\n';
const LINE_B = '# HELP b Help.\n# TYPE b gauge\nb 7\n';

test('with nothing published the bodies are empty and still valid', async () => {
  const exposition = await createExposition();
  expect(exposition.body('text', false).toString()).toBe('');
  expect(exposition.body('openmetrics', false).toString()).toBe('# EOF\n');
  expect(gunzipSync(exposition.body('openmetrics', true)).toString()).toBe('# EOF\n');
});

test('parts stand one after the other and are replaced whole, in their place', async () => {
  const exposition = await createExposition();
  await exposition.publish('first', [gauge('a', 1), gauge('c', 1)]);
  await exposition.publish('second', [gauge('b', 7)]);
  expect(exposition.body('text', false).toString()).toBe(
    `${LINE_A1}# HELP c Help.\n# TYPE c gauge\nc 1\n${LINE_B}`,
  );
  await exposition.publish('first', [gauge('a', 2)]);
  expect(exposition.body('text', false).toString()).toBe(`${LINE_A1.replace('a 1', 'a 2')}${LINE_B}`);
});

test('a part that is withdrawn is gone, the others stay', async () => {
  const exposition = await createExposition();
  await exposition.publish('first', [gauge('a', 1)]);
  await exposition.publish('second', [gauge('b', 7)]);
  exposition.body('text', true);
  exposition.withdraw('first');
  exposition.withdraw('never published');
  expect(exposition.body('text', false).toString()).toBe(LINE_B);
  expect(gunzipSync(exposition.body('text', true)).toString()).toBe(LINE_B);
  await exposition.publish('first', [gauge('a', 1)]);
  expect(exposition.body('text', false).toString()).toBe(`${LINE_B}${LINE_A1}`);
});

test('until a part is rendered the old one is served', async () => {
  const exposition = await createExposition();
  await exposition.publish('first', [gauge('a', 1)]);
  const publishing = exposition.publish('first', [gauge('a', 2)]);
  expect(exposition.body('text', false).toString()).toBe(LINE_A1);
  await publishing;
  expect(exposition.body('text', false).toString()).toContain('a 2\n');
});

test('every kind of body says the same', async () => {
  const exposition = await createExposition();
  await exposition.publish('first', [gauge('a', 1, 'With "quotes".')]);
  await exposition.publish('second', [counter]);
  for (const format of ['text', 'openmetrics'] as const) {
    const plain = exposition.body(format, false);
    expect(gunzipSync(exposition.body(format, true))).toEqual(plain);
    expect(
      parseExposition(plain.toString(), format).map(({ help, samples }) => [
        help,
        samples.map(({ value }) => value),
      ]),
    ).toEqual([
      ['With "quotes".', [1]],
      ['Moves.', [2]],
    ]);
  }
});

test('plain bytes are right, whether they lay ready or not', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const exposition = await createExposition();
  await exposition.publish('first', [gauge('a', 1), counter]);
  await exposition.publish('second', [gauge('b', 7)]);
  const inText = (value: number): string =>
    `${LINE_A1.replace('a 1', `a ${value}`)}# HELP moves_total Moves.\n# TYPE moves_total counter\nmoves_total 2\n${LINE_B}`;
  for (const [value, pauseMs] of [1, 60_000, 3_600_000, 60_000].entries()) {
    expect(exposition.body('text', false).toString()).toBe(inText(Math.max(1, value)));
    vi.advanceTimersByTime(pauseMs);
    await exposition.publish('first', [gauge('a', value + 1), counter]);
    expect(gunzipSync(exposition.body('text', true)).toString()).toBe(inText(value + 1));
  }
  expect(exposition.body('openmetrics', false).toString()).toBe(
    `${inText(4).replace('HELP moves_total', 'HELP moves').replace('TYPE moves_total', 'TYPE moves')}# EOF\n`,
  );
});

test('a scrape gets bytes that lie ready: the same ones until something changes', async () => {
  const exposition = await createExposition();
  await exposition.publish('first', [gauge('a', 1)]);
  const body = exposition.body('text', true);
  expect(exposition.body('text', true)).toBe(body);
  await exposition.publish('first', [gauge('a', 1)]);
  expect(exposition.body('text', true)).not.toBe(body);
});
