import { hasCode } from '../../base/errors.js';
import { sideBySide } from '../../base/side-by-side.js';
import type { ChangeFeed } from '../../taiga/changes/change-feed.js';
import type { Groups } from '../../taiga/changes/item-groups.js';
import type { ItemNumbers } from '../../taiga/changes/item-numbers.js';
import type { ParameterValues } from '../../taiga/parameters.js';
import type { Reader } from '../../taiga/reader.js';
import type { StatusLesson } from '../../taiga/statuses/status-memory.js';
import { assertHistoryKeys } from '../assert-history-keys.js';
import { readableOf } from '../readable.js';
import { createRowWatch, type Reading } from '../reading.js';
import type { EventDefinition } from './event-definition.js';
import { createEventLedger, type EventLedger } from './ledger.js';
import { readSlice, slicesOf } from './slices.js';

/** What one collector has counted so far, and up to which mark of the change feed. */
export interface Tally {
  readonly definition: EventDefinition;
  ledger: EventLedger;
  /** Undefined before everything was read once. */
  mark: number | undefined;
  /** Whether the totals grew since they were last given out; also by a reading that failed half-way. */
  changed: boolean;
  /** Whether everything was read since then, not only what changed. */
  isComplete: boolean;
  sample: Reading['sample'];
}

export type OnProgress = (done: number, total: number) => void;

export interface Request {
  readonly tally: Tally;
  readonly values: (keys: readonly string[] | null) => ParameterValues;
  readonly onProgress: OnProgress;
}

export interface EventPassOptions {
  readonly reader: Reader;
  readonly feed: ChangeFeed;
  readonly slicesAtOnce: number;
}

export function createTally(definition: EventDefinition, items: ItemNumbers): Tally {
  return {
    definition,
    ledger: createEventLedger(definition, items),
    mark: undefined,
    changed: true,
    isComplete: true,
    sample: { columns: [], rows: [] },
  };
}

/**
 * Reads what changed, up to the mark `next`, for collectors that have counted up to the same mark; their readings come in
 * the order of the requests. With a lesson, what all of history tells of statuses is learned along the way.
 * @throws BugflowError
 */
export async function readChanges(
  requests: readonly Request[],
  next: number,
  { reader, feed, slicesAtOnce }: EventPassOptions,
  lesson?: StatusLesson,
): Promise<Reading[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const { values } = first;
  const { mark } = first.tally;
  const isRestart = mark !== undefined && mark < feed.restartedAt();
  const tasks = requests.map(({ tally, onProgress }) => ({
    tally,
    onProgress,
    // A new one, when what the old one holds is not right. Until all is read, the totals of the old one are served.
    ledger: isRestart || lesson ? createEventLedger(tally.definition, feed.items) : tally.ledger,
    watch: createRowWatch(),
  }));
  const groups = feed.since(isRestart ? undefined : mark);
  if (mark === undefined || mark < feed.foundAllAt() || isRestart)
    for (const { tally } of tasks) tally.isComplete = true;
  const definitions = tasks.map(({ tally }) => tally.definition);
  let total = groups.itemCount;
  let done = 0;
  let databaseMs = 0;

  const openZeros = async (): Promise<void> => {
    for (const { tally, ledger } of tasks) {
      const { definition } = tally;
      const { zeros } = definition;
      if (zeros)
        databaseMs += await reader.read(readableOf(definition, zeros, 'zeros'), values(null), ledger.open);
    }
  };
  const readGroups = (wanted: Groups<string>, teaching?: StatusLesson): Promise<void> =>
    sideBySide(slicesOf(wanted, feed.entriesPerItem()), slicesAtOnce, async (slice) => {
      const begun = tasks.map(({ ledger }) => ledger.begin(slice));
      databaseMs += await readSlice(
        reader,
        definitions,
        values(slice),
        (i, columns, rows) => {
          const task = tasks[i];
          if (!task) return;
          task.watch.see(columns, rows);
          assertHistoryKeys(task.tally.definition, columns, rows);
          begun[i]?.add(columns, rows);
        },
        teaching,
      );
      for (const [i, { tally }] of tasks.entries())
        if (begun[i]?.commit() && !isRestart) tally.changed = true;
      done += slice.length;
      for (const { onProgress } of tasks) onProgress(done, total);
    });

  // A new project comes with a change.
  if (mark === undefined || total > 0) await openZeros();
  await readGroups(groups, lesson);
  const affected = (await lesson?.conclude()) ?? [];
  if (affected.length > 0) {
    const again = feed.groupsOf(affected);
    total += again.itemCount;
    const keys = new Set<string>();
    for (const group of again) for (const key of group) keys.add(key);
    for (const { ledger } of tasks) ledger.leaveOut(keys);
    await openZeros();
    await readGroups(again);
  }
  if (mark === undefined)
    for (const definition of definitions)
      if (!definition.shipped) await checkKeys(reader, definition, values(null));
  return tasks.map(({ tally, ledger, watch }) => {
    // Only now: after a failure the same items are read once more, which changes nothing for those already read.
    tally.mark = next;
    tally.ledger = ledger;
    if (isRestart) tally.changed = true;
    if (watch.rowCount() > 0) tally.sample = watch.sample();
    const families = once(() => ledger.finish());
    return {
      // Where nothing changed, nobody asks for them.
      get families() {
        return families();
      },
      changed: tally.changed,
      isComplete: tally.isComplete,
      rowCount: watch.rowCount(),
      sample: tally.sample,
      databaseMs: databaseMs / tasks.length,
    };
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * SQL of a team's own may give rows keys that Taiga does not have. Where it uses `:keys`, such rows come in no slice, and
 * would be missing without a word. @throws BugflowError that names one
 */
async function checkKeys(
  reader: Reader,
  definition: EventDefinition,
  values: ParameterValues,
): Promise<void> {
  try {
    await reader.read(readableOf(definition, definition.events, 'unexpected'), values, (columns, rows) =>
      assertHistoryKeys(definition, columns, rows),
    );
  } catch (error) {
    // Too much to read at once; what was read in slices is right.
    if (!hasCode(error, 'COLLECTOR_TIMEOUT')) throw error;
  }
}
