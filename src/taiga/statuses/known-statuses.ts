/**
 * What is known about one status, even after it was deleted. With id 0 it stands for a board: its mark says whether a
 * status has the name of a backlog, which decides the stage of the board's oldest status.
 */
export interface KnownStatus {
  readonly kind: string;
  readonly projectId: number;
  readonly statusId: number;
  /** Its current name, or its last one. */
  readonly name: string;
  /** Its earlier names. */
  readonly formerNames: readonly string[];
  /** When it was marked as closed and when not, in order of time; the first mark also holds before its time. */
  readonly marks: readonly Mark[];
  readonly isGone: boolean;
}

export interface Mark {
  /** Undefined: unknown. */
  readonly isClosed: boolean | undefined;
  /** Unix microseconds, Taiga's own precision; undefined: from the beginning. */
  readonly sinceMicros: number | undefined;
}

/** A status as its table has it now. */
export interface StatusRow {
  readonly kind: string;
  readonly projectId: number;
  readonly statusId: number;
  readonly name: string;
  readonly isClosed: boolean;
}

export type KnownStatuses = ReadonlyMap<string, KnownStatus>;

export function statusKey({
  kind,
  projectId,
  statusId,
}: Pick<StatusRow, 'kind' | 'projectId' | 'statusId'>): string {
  return `${kind}:${projectId}:${statusId}`;
}

function markNow({ marks }: KnownStatus): boolean | undefined {
  return marks.at(-1)?.isClosed;
}

/** Whether the tables agree with what is known. */
export function isUpToDate(known: KnownStatuses, rows: readonly StatusRow[]): boolean {
  const living = [...known.values()].filter((status) => !status.isGone).length;
  return (
    living === rows.length &&
    rows.every((row) => {
      const status = known.get(statusKey(row));
      return status && !status.isGone && status.name === row.name && markNow(status) === row.isClosed;
    })
  );
}

/**
 * Adds what the tables say now. `known` holds up to `untilMicros` (undefined: nothing is known yet); from then to
 * `nowMicros`, `evidence` says what happened. Where a mark differs and there is no evidence, it was switched now.
 */
export function learn(
  known: KnownStatuses,
  rows: readonly StatusRow[],
  evidence: KnownStatuses,
  untilMicros: number | undefined,
  nowMicros: number,
): KnownStatuses {
  const learned = new Map<string, KnownStatus>();
  for (const [key, status] of [...evidence, ...known]) {
    const before = known.get(key);
    const told = evidence.get(key);
    const marks = before
      ? joinMarks(before.marks, (told?.marks ?? []).filter(isAfter(untilMicros)))
      : status.marks;
    learned.set(key, { ...status, marks, isGone: true });
  }
  for (const row of rows) {
    const key = statusKey(row);
    const status = learned.get(key);
    const { isClosed, ...named } = row;
    const formerNames = new Set(status ? [...status.formerNames, status.name] : []);
    formerNames.delete(row.name);
    const marks = status
      ? joinMarks(status.marks, [{ isClosed, sinceMicros: nowMicros }])
      : [{ isClosed, sinceMicros: undefined }];
    learned.set(key, { ...named, formerNames: [...formerNames], marks, isGone: false });
  }
  return learned;
}

function isAfter(micros: number | undefined): (mark: Mark) => boolean {
  return ({ sinceMicros }) => micros === undefined || (sinceMicros ?? Number.NEGATIVE_INFINITY) > micros;
}

/** All marks in order of time, without those that repeat the one before. */
function joinMarks(earlier: readonly Mark[], later: readonly Mark[]): readonly Mark[] {
  const marks: Mark[] = [];
  for (const mark of [...earlier, ...later]) {
    const before = marks.at(-1);
    if (mark.isClosed === undefined && before) continue;
    if (before?.isClosed === undefined) marks.splice(0, marks.length, { ...mark, sinceMicros: undefined });
    else if (before.isClosed !== mark.isClosed) marks.push(mark);
  }
  return marks;
}

/**
 * The parameter `:statuses` (metrics/relations/remembered_status.sql): only what today's tables do not say.
 */
export function statusesParameter(known: KnownStatuses): string {
  const rows: object[] = [];
  for (const { kind, projectId, statusId, name, formerNames, marks, isGone } of known.values()) {
    const id = { kind, project_id: projectId, status_id: statusId };
    for (const former of formerNames) rows.push({ ...id, status: former });
    if (!isGone && marks.length <= 1) continue;
    for (const [i, { isClosed, sinceMicros }] of marks.entries()) {
      rows.push({
        ...id,
        status: name,
        is_closed: isClosed ?? null,
        valid_from: timestamp(sinceMicros) ?? '-infinity',
        valid_to: timestamp(marks[i + 1]?.sinceMicros) ?? 'infinity',
      });
    }
  }
  return JSON.stringify(rows);
}

function timestamp(micros: number | undefined): string | undefined {
  if (micros === undefined) return undefined;
  const rest = ((micros % 1000) + 1000) % 1000;
  const seconds = new Date((micros - rest) / 1000).toISOString().slice(0, -1);
  return `${seconds}${String(rest).padStart(3, '0')}Z`;
}
