import type { Database, Row } from '../../database/database.js';
import { continues, isUntouched, type Position } from '../changes/position.js';
import { readPosition } from '../changes/read-position.js';
import type { ParameterValues } from '../parameters.js';
import type { ReadablePart, Reader } from '../reader.js';
import { createEvidence, type Evidence } from './evidence.js';
import {
  isUpToDate,
  type KnownStatus,
  type KnownStatuses,
  learn,
  type StatusRow,
  statusesParameter,
  statusKey,
} from './known-statuses.js';
import { EVIDENCE_PART, readAffected, readCurrent, readEvidence, toEvidence } from './read-statuses.js';

/**
 * Remembers the names and marks of each status over time. Taiga's tables have only today's, but what was counted under a
 * mark must keep counting when somebody switches it or deletes the status.
 */
export interface StatusMemory {
  /** Reads the tables; the first time, and when a mark was switched, all of history, too. @throws BugflowError */
  refresh(): Promise<void>;
  /** Refreshes unless it has been done before. @throws BugflowError */
  ready(): Promise<void>;
  /**
   * For who is about to read all of history anyway: what to read along with it. Undefined where history has nothing to tell
   * that is not known; then it is as after `refresh`. Until the lesson ends, `refresh` and `ready` wait. @throws BugflowError
   */
  lesson(): Promise<StatusLesson | undefined>;
  /** The parameter `:statuses`. */
  parameter(): string;
  /** What another memory of the same database can start from; undefined before the first refresh. */
  record(): StatusRecord | undefined;
}

/** Learns from a reading of all of history, which goes by the marks of today meanwhile. */
export interface StatusLesson {
  /** To be read for each slice of all items, */
  readonly part: ReadablePart;
  /** with its rows passed on. */
  add(rows: readonly Row[]): void;
  /**
   * Call it when everything was read. Resolves to the history keys of the items that were read under a name or mark that
   * turned out to be another one then, and must be read again. @throws BugflowError
   */
  conclude(): Promise<readonly string[]>;
  /** Whether it was concluded or not, others need not wait any longer. */
  end(): void;
}

/** What is kept from one run of the service to the next. */
export interface StatusRecord {
  readonly untilMicros: number;
  readonly statuses: readonly KnownStatus[];
}

export interface StatusStore {
  read(): Promise<StatusRecord | undefined>;
  /** Absent: the store is read-only. */
  write?(record: StatusRecord): Promise<void>;
}

export interface StatusMemoryOptions {
  /** Tells when nothing was written since, so that the tables need not be read again; absent: they are read each time. */
  readonly database?: Database;
  readonly reader: Reader;
  readonly values: () => ParameterValues;
  /** The record of the memory before this one. */
  readonly before?: StatusRecord | undefined;
  /** Keeps the record over a restart; without it, a restart knows only what history tells. */
  readonly store?: StatusStore | undefined;
}

/** How old the stored record may get while nothing changes: after a crash, anything later must be inferred again. */
const WRITE_EVERY_MICROS = 10 * 60 * 1_000_000;

export function createStatusMemory({
  database,
  reader,
  values,
  before,
  store,
}: StatusMemoryOptions): StatusMemory {
  let known: KnownStatuses = new Map();
  let untilMicros: number | undefined;
  let writtenMicros = Number.NEGATIVE_INFINITY;
  let parameter = '[]';
  let hasRecalled = false;
  let hasStarted = false;
  let refreshing: Promise<void> | undefined;
  /** Resolves when the current lesson ends. */
  let teaching: Promise<void> | undefined;
  /** Where the numbers of transactions were when the tables were last read. */
  let position: Position | undefined;

  const recall = async (): Promise<void> => {
    if (hasRecalled) return;
    const record = before ?? (await store?.read());
    known = new Map((record?.statuses ?? []).map((status) => [statusKey(status), status]));
    untilMicros = record?.untilMicros;
    hasRecalled = true;
  };
  const accept = (rows: readonly StatusRow[], evidence: Evidence, nowMicros: number): void => {
    known = learn(known, rows, evidence.conclude(rows, nowMicros), untilMicros, nowMicros);
    parameter = statusesParameter(known);
    hasStarted = true;
  };
  const keep = async (next: Position | undefined, nowMicros: number, isNews: boolean): Promise<void> => {
    position = next;
    untilMicros = nowMicros;
    if (!store?.write || !(isNews || nowMicros - writtenMicros >= WRITE_EVERY_MICROS)) return;
    await store.write({ untilMicros, statuses: [...known.values()] });
    writtenMicros = nowMicros;
  };

  const refreshOnce = async (): Promise<void> => {
    await teaching;
    await recall();
    const now = values();
    const nowMicros = microsOf(now);
    // Before the tables are read: what is written meanwhile is found the next time.
    const next = database && (await readPosition(database));
    const isSame = position && next && continues(position, next) && isUntouched(position, next);
    const rows = isSame ? undefined : await readCurrent(reader, now);
    const isNews = rows !== undefined && (!hasStarted || !isUpToDate(known, rows));
    if (isNews)
      accept(rows, await readEvidence(reader, { ...now, statuses: statusesParameter(known) }), nowMicros);
    await keep(next, nowMicros, isNews);
  };
  const refresh = (): Promise<void> => {
    refreshing ??= refreshOnce().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  const teach = async (): Promise<StatusLesson> => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    teaching = ended;
    try {
      const now = values();
      const nowMicros = microsOf(now);
      const next = database && (await readPosition(database));
      const rows = await readCurrent(reader, now);
      const evidence = createEvidence();
      return {
        part: EVIDENCE_PART,
        add(found) {
          for (const row of found) {
            const told = toEvidence(row);
            // What happens meanwhile is left for the next refresh.
            const timesMicros = told.timesMicros.filter((atMicros) => atMicros <= nowMicros);
            if (timesMicros.length > 0 || told.timesMicros.length === 0)
              evidence.add({ ...told, timesMicros });
          }
        },
        async conclude() {
          accept(rows, evidence, nowMicros);
          await keep(next, nowMicros, true);
          return parameter === '[]' ? [] : readAffected(reader, { ...now, statuses: parameter });
        },
        end,
      };
    } catch (error) {
      end();
      throw error;
    }
  };

  return {
    refresh,
    async ready() {
      await teaching;
      if (!hasStarted) await refresh();
    },
    async lesson() {
      await refreshing;
      await recall();
      // With a record there are only a few days to learn of, if any.
      if (!hasStarted && known.size === 0) return teach();
      await refresh();
      return undefined;
    },
    parameter: () => parameter,
    record: () => (untilMicros === undefined ? undefined : { untilMicros, statuses: [...known.values()] }),
  };
}

function microsOf({ now }: ParameterValues): number {
  return Date.parse(String(now)) * 1000;
}
