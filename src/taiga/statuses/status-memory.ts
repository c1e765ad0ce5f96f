import { sideBySide } from '../../base/side-by-side.js';
import type { Database } from '../../database/database.js';
import { continues, isUntouched, type Position } from '../changes/position.js';
import { readPosition } from '../changes/read-position.js';
import type { ParameterValues } from '../parameters.js';
import type { Readable, Reader } from '../reader.js';
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

/**
 * Remembers the names and marks of each status over time. Taiga's tables have only today's, but what was counted under a
 * mark must keep counting when somebody switches it or deletes the status.
 */
export interface StatusMemory {
  /** Reads the tables; the first time, and when a mark was switched, all of history, too. @throws BugflowError */
  refresh(): Promise<void>;
  /** Refreshes unless it has been done before. @throws BugflowError */
  ready(): Promise<void>;
  /** The parameter `:statuses`. */
  parameter(): string;
  /** What another memory of the same database can start from; undefined before the first refresh. */
  record(): StatusRecord | undefined;
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

const TIMEOUT_MS = 5 * 60_000;
/** The entries of history in one query: few enough for memory. */
const SLICE_ENTRIES = 20_000;
const SLICES_AT_ONCE = 2;
/** How old the stored record may get while nothing changes: after a crash, anything later must be inferred again. */
const WRITE_EVERY_MICROS = 10 * 60 * 1_000_000;

/** With id 0 also each board: whether one of its statuses has the name of a backlog. */
const CURRENT = about(
  ['any_status', 'board'],
  `SELECT kind, project_id, status_id, status, is_closed FROM any_status
UNION ALL
SELECT kind, project_id, 0, '', has_backlog FROM board`,
);
const EVIDENCE = about(
  ['status_evidence'],
  `SELECT topic, kind, project_id, status_id, status, is_closed, story_id, (extract(epoch FROM at) * 1000000)::bigint AS at
FROM status_evidence`,
);
const KEYS = about(['history_key'], 'SELECT key, entries FROM history_key');

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
  let hasStarted = false;
  let refreshing: Promise<void> | undefined;
  /** Where the numbers of transactions were when the tables were last read. */
  let position: Position | undefined;

  const refreshOnce = async (): Promise<void> => {
    const now = values();
    const nowMicros = Date.parse(String(now.now)) * 1000;
    if (!hasStarted) {
      const record = before ?? (await store?.read());
      known = new Map((record?.statuses ?? []).map((status) => [statusKey(status), status]));
      untilMicros = record?.untilMicros;
    }
    // Before the tables are read: what is written meanwhile is found the next time.
    const next = database && (await readPosition(database));
    const isSame = position && next && continues(position, next) && isUntouched(position, next);
    const rows = isSame ? undefined : await readCurrent(reader, now);
    const isNews = rows !== undefined && (!hasStarted || !isUpToDate(known, rows));
    if (isNews) {
      const evidence = await readEvidence(reader, { ...now, statuses: statusesParameter(known) });
      known = learn(known, rows, evidence.conclude(rows, nowMicros), untilMicros, nowMicros);
      parameter = statusesParameter(known);
      hasStarted = true;
    }
    position = next;
    untilMicros = nowMicros;
    if (store?.write && (isNews || nowMicros - writtenMicros >= WRITE_EVERY_MICROS)) {
      await store.write({ untilMicros, statuses: [...known.values()] });
      writtenMicros = nowMicros;
    }
  };

  const refresh = (): Promise<void> => {
    refreshing ??= refreshOnce().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };
  return {
    refresh,
    ready: () => (hasStarted ? Promise.resolve() : refresh()),
    parameter: () => parameter,
    record: () => (untilMicros === undefined ? undefined : { untilMicros, statuses: [...known.values()] }),
  };
}

async function readCurrent(reader: Reader, values: ParameterValues): Promise<StatusRow[]> {
  const found: StatusRow[] = [];
  await readRows(reader, CURRENT, values, (row) => found.push(toStatusRow(row)));
  return found;
}

/** In slices, so that no statement goes through everything. */
async function readEvidence(reader: Reader, values: ParameterValues): Promise<Evidence> {
  const evidence = createEvidence();
  await sideBySide(await readSlices(reader, values), SLICES_AT_ONCE, async (keys) => {
    await readRows(reader, EVIDENCE, { ...values, keys }, (row) => {
      const [topic, , , , , , storyId, at] = row;
      evidence.add({
        ...toStatusRow(row.slice(1)),
        topic: topic ?? '',
        status: row[4] ?? undefined,
        storyId: storyId == null ? undefined : Number(storyId),
        atMicros: Number(at),
      });
    });
  });
  return evidence;
}

/** All history keys, in slices of about the wanted size. */
async function readSlices(reader: Reader, values: ParameterValues): Promise<string[][]> {
  const slices: string[][] = [];
  let entries = Number.POSITIVE_INFINITY;
  await readRows(reader, KEYS, values, ([key, count]) => {
    if (entries >= SLICE_ENTRIES) {
      slices.push([]);
      entries = 0;
    }
    slices.at(-1)?.push(key ?? '');
    entries += Number(count);
  });
  return slices;
}

async function readRows(
  reader: Reader,
  readable: Readable,
  values: ParameterValues,
  onRow: (row: readonly (string | null)[]) => void,
): Promise<void> {
  await reader.read(readable, values, (_columns, rows) => rows.forEach(onRow));
}

function about(relations: readonly [string, ...string[]], text: string): Readable {
  const [name] = relations;
  const sql = { text, file: name, line: 1 };
  return { sql, shipped: true, relations, askedBy: { kind: 'relation', name }, timeoutMs: TIMEOUT_MS };
}

function toStatusRow([kind, projectId, statusId, name, isClosed]: readonly (string | null)[]): StatusRow {
  return {
    kind: kind ?? '',
    projectId: Number(projectId),
    statusId: Number(statusId),
    name: name ?? '',
    isClosed: isClosed === 'true',
  };
}
