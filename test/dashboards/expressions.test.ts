import { beforeAll, describe, expect, test } from 'vitest';
import { type Known, knownMetrics, shippedLibrary } from './catalogue.js';
import { COMMITTED, type Expression, expressionsOf } from './dashboards.js';
import { expectKnownLabels, expectKnownMetrics, expectTreatedAsWhatTheyAre } from './expression-checks.js';
import { understand } from './promql-tree.js';
import { substitute, TYPICAL } from './substitute.js';

const EXPRESSIONS = COMMITTED.flatMap(expressionsOf);

let metrics: ReadonlyMap<string, Known>;

beforeAll(async () => {
  metrics = await knownMetrics(await shippedLibrary());
});

describe.each(EXPRESSIONS)('$where', (expression: Expression) => {
  const understood = understand(substitute(expression.text, TYPICAL));

  test('is PromQL', () => {
    expect(understood.errors).toEqual([]);
    expect(expression.text.trim()).not.toBe('');
  });

  test('uses metrics of the catalogue', () => expectKnownMetrics(understood, metrics));

  test('uses their labels', () => expectKnownLabels(understood, metrics, expression.legend));

  test('treats them as what they are', () => expectTreatedAsWhatTheyAre(understood, metrics));
});

test('every dashboard asks for something', () => {
  for (const each of COMMITTED) expect(expressionsOf(each).length, each.name).toBeGreaterThan(5);
});
