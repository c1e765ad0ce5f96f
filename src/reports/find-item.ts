import { BugflowError } from '../base/errors.js';
import type { OwnParameters } from '../taiga/parameters.js';
import type { SqlSource } from '../taiga/sql/query-text.js';
import type { Taiga } from '../taiga/taiga.js';
import type { ResultItem } from './result.js';

/** An item and its life, whatever became of it. */
export interface FoundItem {
  /** Its history key. */
  readonly key: string;
  /** The keys of all whose history tells of its life: its own first, and for example those of its tasks. */
  readonly keys: readonly string[];
  readonly bornAtMs: number;
  /** Undefined: it lives. */
  readonly diedAtMs: number | undefined;
  readonly now: ResultItem['now'];
}

export interface WantedItem {
  /** Its slug. */
  readonly project: string;
  readonly ref: number;
  /** For errors. */
  readonly report: string;
  readonly timeoutMs: number;
}

/**
 * An item's number, as somebody writes it: `123`, or `#123`.
 * @throws BugflowError
 */
export function parseRef(text: string): number {
  const [, digits] = /^\s*#?0*(\d{1,9})\s*$/.exec(text) ?? [];
  if (digits !== undefined && Number(digits) > 0) return Number(digits);
  throw new BugflowError('REPORT_USAGE', `"${text}" is not an item's number; write it like 123`);
}

/**
 * Finds the item that has this number in the project, else the one that had it there before it was deleted or moved to
 * another project.
 * @throws BugflowError when there is none
 */
export async function findItem(
  taiga: Taiga,
  { project, ref, report, timeoutMs }: WantedItem,
): Promise<FoundItem> {
  const read = async (
    sql: SqlSource,
    relations: readonly string[],
    parameters: OwnParameters,
    keys?: readonly string[],
  ) => {
    const from = { sql, relations, shipped: true };
    const askedBy = { kind: 'report', name: report };
    const { rows } = await taiga.query({ askedBy, from, parameters, timeoutMs, ...(keys && { keys }) });
    return rows;
  };
  const number: OwnParameters = {
    projects: { type: 'text[]', value: [project] },
    ref: { type: 'integer', value: ref },
  };
  const [found] = await read(THERE, ['item_record', 'project'], number);
  // Slower, as it goes through the project's history.
  const [key] = found ?? (await read(FORMERLY, ['former_number'], number))[0] ?? [];
  if (key == null) throw notThere(project, ref);
  const item: OwnParameters = { item: { type: 'text', value: key } };
  const rows = await read(LIFE, ['life', 'item_record', 'project', 'companion'], item, [key]);
  const [bornAt, diedAt, kind, projectNow, refNow] = rows[0] ?? [];
  if (bornAt == null) throw notThere(project, ref);
  return {
    key,
    keys: [key, ...rows.flatMap((row) => row[5] ?? [])],
    bornAtMs: Number(bornAt),
    diedAtMs: diedAt == null ? undefined : Number(diedAt),
    now:
      kind == null || projectNow == null || refNow == null
        ? undefined
        : { project: projectNow, kind, ref: Number(refNow) },
  };
}

function notThere(project: string, ref: number): BugflowError {
  return new BugflowError(
    'REPORT_NO_ITEM',
    `there is no item ${ref} in ${project}, and none is known from before`,
  );
}

/** Taiga gives a number once in a project; whoever wrote into its tables may have not. */
const THERE: SqlSource = {
  file: 'item_record',
  line: 1,
  text: `SELECT i.history_key
FROM item_record AS i
JOIN project AS p ON p.project_id = i.project_id
WHERE p.project = ANY (:projects) AND i.ref = :ref
ORDER BY i.created_at, i.history_key
LIMIT 1`,
};

const FORMERLY: SqlSource = {
  file: 'former_number',
  line: 1,
  text: `SELECT key
FROM former_number
WHERE project = ANY (:projects) AND ref = :ref::text
ORDER BY at DESC, key
LIMIT 1`,
};

const LIFE: SqlSource = {
  file: 'companion',
  line: 1,
  text: `SELECT
  floor(extract(epoch FROM l.born_at) * 1000), floor(extract(epoch FROM l.died_at) * 1000),
  i.kind, p.project, i.ref, c.companion
FROM life AS l
LEFT JOIN item_record AS i ON i.history_key = l.key
LEFT JOIN project AS p ON p.project_id = i.project_id
LEFT JOIN companion AS c ON c.key = l.key AND c.companion <> l.key
WHERE l.key = :item`,
};
