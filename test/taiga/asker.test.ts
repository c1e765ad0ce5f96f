import { expect, test } from 'vitest';
import { type Asker, queryError } from '../../src/taiga/asker.js';

const PLACE = { file: 'a.yaml', line: 3 };

function collectors(...names: string[]): Asker[] {
  return names.map((name) => ({ kind: 'collector', name }));
}

test.each<[string, Asker | readonly Asker[] | undefined, string]>([
  ['nobody', undefined, 'a.yaml:3: too slow'],
  ['one', { kind: 'report', name: 'daily' }, 'a.yaml:3: report "daily": too slow'],
  ['one twice', collectors('a', 'a'), 'a.yaml:3: collector "a": too slow'],
  ['two', collectors('a', 'b'), 'a.yaml:3: collector "a" and collector "b": too slow'],
  ['three', collectors('a', 'b', 'c'), 'a.yaml:3: collector "a", collector "b" and collector "c": too slow'],
  [
    'four',
    collectors('a', 'b', 'c', 'd'),
    'a.yaml:3: collector "a", collector "b", collector "c" and 1 other: too slow',
  ],
  [
    'many',
    collectors('a', 'b', 'c', 'd', 'e'),
    'a.yaml:3: collector "a", collector "b", collector "c" and 2 others: too slow',
  ],
])('an error names who asked: %s', (_title, askers, message) => {
  expect(queryError('timeout', askers, 'too slow', { place: PLACE }).message).toBe(message);
});

test.each([
  ['collector', 'COLLECTOR_INVALID', 'COLLECTOR_SQL', 'COLLECTOR_TIMEOUT'],
  ['relation', 'COLLECTOR_INVALID', 'COLLECTOR_SQL', 'COLLECTOR_TIMEOUT'],
  ['report', 'QUERY_INVALID', 'QUERY_SQL', 'QUERY_TIMEOUT'],
])('what a %s asks has codes of its own', (kind, ...codes) => {
  const asker = { kind, name: 'a' };
  const problems = ['invalid', 'sql', 'timeout'] as const;
  expect(problems.map((problem) => queryError(problem, asker, 'x', { place: PLACE }).code)).toEqual(codes);
});
