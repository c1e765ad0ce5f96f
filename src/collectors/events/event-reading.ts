import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAbsent } from '../../base/errors.js';
import type { ChangeFeed } from '../../taiga/changes/change-feed.js';
import type { ParameterValues } from '../../taiga/parameters.js';
import type { Reader } from '../../taiga/reader.js';
import type { StatusLesson, StatusMemory } from '../../taiga/statuses/status-memory.js';
import type { Reading } from '../reading.js';
import type { EventDefinition } from './event-definition.js';
import { createTally, type OnProgress, type Request, readChanges } from './event-pass.js';

/** A collector's counters, kept up to date by reading what changed. */
export interface EventReading {
  /**
   * The first time: all the past, in slices. Then the items that changed since. `onProgress` is told after each slice
   * how many items were read, of how many. @throws BugflowError
   */
  read(values: (keys: readonly string[] | null) => ParameterValues, onProgress: OnProgress): Promise<Reading>;
}

export interface EventReadingsOptions {
  readonly definitions: readonly EventDefinition[];
  readonly reader: Reader;
  readonly feed: ChangeFeed;
  /** Kept up to date before each pass, and taught by the first one; absent: the values know enough. */
  readonly statuses?: Pick<StatusMemory, 'refresh' | 'lesson'>;
  /** How long a reading waits for others that are due at the same time. */
  readonly gatherMs?: number;
}

/** So that PostgreSQL reads one slice while another is counted, or two at once. */
const SLICES_AT_ONCE = 2;
const GATHER_MS = 20;

interface WaitingRequest extends Request {
  readonly resolve: (reading: Reading) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The readings of several collectors, by name. Shipped ones that are asked for at the same time share one pass over what
 * changed: taking history apart is most of the cost, and the same for all. A team's own are read each by itself, beside
 * them, so that SQL that is slow or wrong holds up nothing else; a little later, as the first shared pass teaches `statuses`.
 */
export function createEventReadings({
  definitions,
  ...options
}: EventReadingsOptions): ReadonlyMap<string, EventReading> {
  const { gatherMs = GATHER_MS } = options;
  const shared = createQueue(options, { gatherMs, slicesAtOnce: SLICES_AT_ONCE, mayLearn: true });
  return new Map(
    definitions.map((definition) => {
      const tally = createTally(definition, options.feed.items);
      const queue = definition.shipped
        ? shared
        : createQueue(options, { gatherMs: 2 * gatherMs, slicesAtOnce: 1, mayLearn: false });
      const reading: EventReading = {
        read: (values, onProgress) =>
          new Promise((resolve, reject) => {
            queue.add({ tally, values, onProgress, resolve, reject });
          }),
      };
      return [definition.name, reading];
    }),
  );
}

interface QueueOptions {
  readonly gatherMs: number;
  readonly slicesAtOnce: number;
  /** Whether its first pass, which reads all of history, teaches what is known about statuses. */
  readonly mayLearn: boolean;
}

/** Answers requests, one pass after another: each pass takes all that have come by then. */
function createQueue(
  { reader, feed, statuses }: Omit<EventReadingsOptions, 'definitions'>,
  { gatherMs, slicesAtOnce, mayLearn }: QueueOptions,
): { add(request: WaitingRequest): void } {
  let waiting: WaitingRequest[] = [];
  let passing: Promise<void> = Promise.resolve();

  const pass = async (
    requests: readonly WaitingRequest[],
    polled: Polled,
    learning?: StatusLesson,
  ): Promise<void> => {
    let lesson = learning;
    try {
      for (let { mark, generation } = polled; ; { mark, generation } = await poll(reader, feed)) {
        const readings = await readChanges(requests, mark, { reader, feed, slicesAtOnce }, lesson);
        lesson = undefined;
        // What was read from two servers fits neither; the next poll finds everything changed on the new one.
        if (reader.generation() !== generation) continue;
        for (const [i, { tally, resolve }] of requests.entries()) {
          tally.changed = false;
          tally.isComplete = false;
          resolve(readings[i] as Reading);
        }
        return;
      }
    } catch (error) {
      if (requests.length === 1 || isDatabaseAbsent(error)) {
        for (const { reject } of requests) reject(error);
        return;
      }
      if (lesson) {
        lesson.end();
        await statuses?.refresh();
      }
      // Each by itself: one that fails is no harm to the others.
      for (const request of requests) await pass([request], polled);
    }
  };
  const passAll = async (): Promise<void> => {
    const requests = waiting;
    waiting = [];
    let lesson: StatusLesson | undefined;
    try {
      if (mayLearn) lesson = await statuses?.lesson();
      else await statuses?.refresh();
      // One poll for all, so that those that are at different marks now share the next pass.
      const polled = await poll(reader, feed);
      for (const group of groupByMark(requests)) await pass(group, polled, lesson);
    } catch (error) {
      for (const { reject } of requests) reject(error);
    } finally {
      lesson?.end();
    }
  };

  return {
    add(request) {
      if (waiting.length === 0) passing = passing.then(() => sleep(gatherMs)).then(passAll);
      waiting.push(request);
    },
  };
}

/** Up to where the change feed has found changes, and on which server. */
interface Polled {
  readonly mark: number;
  readonly generation: number;
}

async function poll(reader: Reader, feed: ChangeFeed): Promise<Polled> {
  const generation = reader.generation();
  return { mark: await feed.poll(), generation };
}

/** A collector that failed has more to read than the others, which must not wait for it. */
function groupByMark(requests: readonly WaitingRequest[]): WaitingRequest[][] {
  const byMark = new Map<number | undefined, WaitingRequest[]>();
  for (const request of requests) {
    const { mark } = request.tally;
    byMark.set(mark, [...(byMark.get(mark) ?? []), request]);
  }
  return [...byMark.values()];
}
