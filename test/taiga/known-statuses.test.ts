import { describe, expect, it } from 'vitest';
import {
  isUpToDate,
  type KnownStatus,
  type KnownStatuses,
  learn,
  type StatusRow,
  statusesParameter,
  statusKey,
} from '../../src/taiga/statuses/known-statuses.js';

const SECOND = 1_000_000;
const NOTHING: KnownStatuses = new Map();

const row = (statusId: number, name: string, isClosed: boolean): StatusRow => ({
  kind: 'issue',
  projectId: 1,
  statusId,
  name,
  isClosed,
});
/** `[since, mark]` in seconds; the first one always holds so far. */
const told = (statusId: number, name: string, ...marks: [number | undefined, boolean][]): KnownStatuses => {
  const status: KnownStatus = {
    kind: 'issue',
    projectId: 1,
    statusId,
    name,
    formerNames: [],
    marks: marks.map(([since, isClosed]) => ({
      isClosed,
      sinceMicros: since === undefined ? undefined : since * SECOND,
    })),
    isGone: true,
  };
  return new Map([[statusKey(status), status]]);
};
const marksOf = (known: KnownStatuses, statusId = 7): [number | undefined, boolean | undefined][] =>
  (known.get(`issue:1:${statusId}`)?.marks ?? []).map(({ sinceMicros, isClosed }) => [
    sinceMicros === undefined ? undefined : sinceMicros / SECOND,
    isClosed,
  ]);

describe('what is known of statuses', () => {
  const OPEN = [row(7, 'Review', false)];
  const CLOSED = [row(7, 'Review', true)];

  it.each<[string, KnownStatuses, StatusRow[], [number | undefined, boolean][]]>([
    ['is today’s mark, where nothing else tells', NOTHING, OPEN, [[undefined, false]]],
    [
      'is what the evidence says, then today’s mark',
      told(7, 'Review', [undefined, true], [40, false]),
      CLOSED,
      [
        [undefined, true],
        [40, false],
        [100, true],
      ],
    ],
    [
      'is the evidence, where it ends as today’s mark',
      told(7, 'Review', [undefined, true], [40, false]),
      OPEN,
      [
        [undefined, true],
        [40, false],
      ],
    ],
  ])('%s', (_what, evidence, rows, marks) => {
    const known = learn(NOTHING, rows, evidence, undefined, 100 * SECOND);
    expect(marksOf(known)).toEqual(marks);
    expect(isUpToDate(known, rows)).toBe(true);
  });

  it('stays as it was seen, whatever the evidence says of that time later', () => {
    const before = learn(NOTHING, OPEN, NOTHING, undefined, 100 * SECOND);
    expect(isUpToDate(before, CLOSED)).toBe(false);
    const evidence = told(7, 'Review', [undefined, true], [50, false], [130, true]);
    // Switched between the looks at 100 and 200: an item shows when.
    expect(marksOf(learn(before, CLOSED, evidence, 100 * SECOND, 200 * SECOND))).toEqual([
      [undefined, false],
      [130, true],
    ]);
    // Without such an item, at the look that saw it.
    expect(marksOf(learn(before, CLOSED, NOTHING, 100 * SECOND, 200 * SECOND))).toEqual([
      [undefined, false],
      [200, true],
    ]);
  });

  it('keeps what is gone, under its last name, and the names of before', () => {
    const first = learn(NOTHING, [row(7, 'Review', true)], NOTHING, undefined, 100 * SECOND);
    const renamed = learn(first, [row(7, 'Check', true)], NOTHING, 100 * SECOND, 200 * SECOND);
    const gone = learn(renamed, [], NOTHING, 200 * SECOND, 300 * SECOND);
    expect(gone.get('issue:1:7')).toMatchObject({ name: 'Check', formerNames: ['Review'], isGone: true });
    expect(marksOf(gone)).toEqual([[undefined, true]]);
    expect(isUpToDate(gone, [])).toBe(true);
    expect(JSON.parse(statusesParameter(gone))).toEqual([
      { kind: 'issue', project_id: 1, status_id: 7, status: 'Review' },
      {
        kind: 'issue',
        project_id: 1,
        status_id: 7,
        status: 'Check',
        is_closed: true,
        valid_from: '-infinity',
        valid_to: 'infinity',
      },
    ]);
  });

  it('binds nothing of what the tables say, and moments to the microsecond', () => {
    const usual = learn(NOTHING, OPEN, NOTHING, undefined, 100 * SECOND);
    expect(statusesParameter(usual)).toBe('[]');
    const switched = learn(usual, CLOSED, NOTHING, 100 * SECOND, 1_750_000_000_123_456);
    expect(JSON.parse(statusesParameter(switched))).toMatchObject([
      { is_closed: false, valid_from: '-infinity', valid_to: '2025-06-15T15:06:40.123456Z' },
      { is_closed: true, valid_from: '2025-06-15T15:06:40.123456Z', valid_to: 'infinity' },
    ]);
  });
});
