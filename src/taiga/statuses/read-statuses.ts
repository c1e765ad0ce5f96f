import { sideBySide } from '../../base/side-by-side.js';
import type { Row } from '../../database/database.js';
import { isHistoryKey } from '../history-keys.js';
import type { ParameterValues } from '../parameters.js';
import type { Readable, ReadablePart, Reader } from '../reader.js';
import { createEvidence, type Evidence, type EvidenceRow } from './evidence.js';
import type { StatusRow } from './known-statuses.js';

/*
 * What the database tells of statuses: its tables of today, and the evidence in its history.
 */

const TIMEOUT_MS = 5 * 60_000;
/** The entries of history in one query: few enough for memory. */
const SLICE_ENTRIES = 20_000;
const SLICES_AT_ONCE = 2;

/** With id 0 also each board: whether one of its statuses has the name of a backlog. */
const CURRENT = about(
  ['any_status', 'board'],
  `SELECT kind, project_id, status_id, status, is_closed FROM any_status
UNION ALL
SELECT kind, project_id, 0, '', has_backlog FROM board`,
);
const EVIDENCE = about(
  ['status_evidence'],
  // There is as much evidence as history, but about a few statuses: one row for all times at which the same was told.
  `SELECT topic, kind, project_id, status_id, status, is_closed, story_id,
  string_agg((extract(epoch FROM at) * 1000000)::bigint::text, ',') AS micros
FROM status_evidence
GROUP BY topic, kind, project_id, status_id, status, is_closed, story_id`,
);
const EVIDENCE_COLUMNS = [
  'topic',
  'kind',
  'project_id',
  'status_id',
  'status',
  'is_closed',
  'story_id',
  'micros',
];
const KEYS = about(['history_key'], 'SELECT key, entries FROM history_key');
const AFFECTED = about(['remembered_item'], 'SELECT key FROM remembered_item');

/** The evidence in a slice of items, to be read together with other queries. */
export const EVIDENCE_PART: ReadablePart = { ...EVIDENCE, reading: 'rows', columns: EVIDENCE_COLUMNS };

/** The statuses, and the boards as their statuses 0, as they are now. @throws BugflowError */
export async function readCurrent(reader: Reader, values: ParameterValues): Promise<StatusRow[]> {
  const found: StatusRow[] = [];
  await readRows(reader, CURRENT, values, (row) => found.push(toStatusRow(row)));
  return found;
}

/** All evidence; in slices, so that no statement goes through everything. @throws BugflowError */
export async function readEvidence(reader: Reader, values: ParameterValues): Promise<Evidence> {
  const evidence = createEvidence();
  await sideBySide(await readSlices(reader, values), SLICES_AT_ONCE, async (keys) => {
    await readRows(reader, EVIDENCE, { ...values, keys }, (row) => evidence.add(toEvidence(row)));
  });
  return evidence;
}

/** A row of EVIDENCE_PART. */
export function toEvidence(row: Row): EvidenceRow {
  const [topic, , , , status, , storyId, micros] = row;
  return {
    ...toStatusRow(row.slice(1)),
    topic: topic ?? '',
    status: status ?? undefined,
    storyId: storyId == null ? undefined : Number(storyId),
    timesMicros: micros == null ? [] : micros.split(',').map(Number),
  };
}

/** The history keys of the items that meet a status of which `:statuses` tells. @throws BugflowError */
export async function readAffected(reader: Reader, values: ParameterValues): Promise<string[]> {
  const keys: string[] = [];
  await readRows(reader, AFFECTED, values, ([key]) => {
    if (key && isHistoryKey(key)) keys.push(key);
  });
  return keys;
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
