/**
 * What is known of one status, also when it is gone. With id 0 it is a board, whose mark says whether one of its statuses
 * is called like a backlog: that decides about the stage of its oldest.
 */
export interface KnownStatus {
  readonly kind: string;
  readonly projectId: number;
  readonly statusId: number;
  /** The last one it had. */
  readonly name: string;
  /** Names that it was seen with before. */
  readonly formerNames: readonly string[];
  /** When it was marked as closed and when not, in order of time; the first mark also holds for the time before. */
  readonly marks: readonly Mark[];
  readonly isGone: boolean;
}

export interface Mark {
  /** Undefined: not known. */
  readonly isClosed: boolean | undefined;
  /** Unix microseconds, Taiga's own precision; undefined: always so far. */
  readonly sinceMicros: number | undefined;
}

/** A status as its table holds it now. */
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

export function markNow({ marks }: KnownStatus): boolean | undefined {
  return marks.at(-1)?.isClosed;
}

/** Whether the tables say anything else than what is known. */
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
 * What is known after a look at the tables: `known` holds up to `untilMicros` (undefined: nothing is known yet), and what
 * happened from then to `nowMicros` is what `evidence` says of it. Where a mark differs and the evidence is silent, it was
 * switched now.
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

/** Marks in order of time; one that says what the one before it says is none. */
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
 * The parameter `:statuses`, see metrics/relations/remembered_status.sql: only what today's tables do not say.
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
