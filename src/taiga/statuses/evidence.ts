import {
  type KnownStatus,
  type KnownStatuses,
  type Mark,
  type StatusRow,
  statusKey,
} from './known-statuses.js';

/** Rows of the relation `status_evidence`, which says what each topic means, that tell the same. */
export interface EvidenceRow {
  readonly topic: string;
  readonly kind: string;
  readonly projectId: number;
  readonly statusId: number;
  readonly storyId: number | undefined;
  readonly status: string | undefined;
  readonly isClosed: boolean;
  /** In Unix microseconds, in any order; empty where it does not matter when. */
  readonly timesMicros: readonly number[];
}

/** What rows of history tell of statuses, gathered slice by slice; what follows needs all of it. */
export interface Evidence {
  add(row: EvidenceRow): void;
  /**
   * The statuses of which history tells more than the tables of today, given these: whose mark was switched, or that are
   * gone. Between two pieces of evidence a mark is taken to stay as it was; where there is none, as it is today.
   */
  conclude(today: readonly StatusRow[], nowMicros: number): KnownStatuses;
}

/** That a status was marked as closed at a time, or was not. */
interface Piece {
  readonly atMicros: number;
  readonly isClosed: boolean;
}

/** The pieces about one status, as columns: a long history has a million of them. */
interface Pieces {
  readonly atMicros: number[];
  readonly isClosed: boolean[];
  /** The story whose rows tell; 0: none. */
  readonly storyId: number[];
}

interface BoardUse {
  first?: number;
  backlog?: number;
  used?: number;
}

interface Gone extends Pick<KnownStatus, 'kind' | 'projectId' | 'statusId'> {
  readonly name: string;
  /** Of the name. */
  readonly atMicros: number;
}

export function createEvidence(): Evidence {
  const marks = new Map<string, Pieces>();
  const withTasks = new Set<number>();
  const gone = new Map<string, Gone>();
  const boards = new Map<string, BoardUse>();

  const piecesOf = (key: string): Piece[] => {
    const { atMicros, isClosed, storyId } = marks.get(key) ?? { atMicros: [], isClosed: [], storyId: [] };
    return atMicros.flatMap((at, i) =>
      withTasks.has(storyId[i] ?? 0) ? [] : [{ atMicros: at, isClosed: isClosed[i] === true }],
    );
  };

  return {
    add({ topic, storyId, status, isClosed, timesMicros, ...id }) {
      const key = statusKey(id);
      switch (topic) {
        case 'mark': {
          const pieces = marks.get(key) ?? { atMicros: [], isClosed: [], storyId: [] };
          marks.set(key, pieces);
          for (const atMicros of timesMicros) {
            pieces.atMicros.push(atMicros);
            pieces.isClosed.push(isClosed);
            pieces.storyId.push(storyId ?? 0);
          }
          break;
        }
        case 'tasks':
          if (storyId !== undefined) withTasks.add(storyId);
          break;
        case 'name': {
          const before = gone.get(key);
          const atMicros = Math.max(0, ...timesMicros);
          if (!before || (status !== undefined && (before.name === '' || before.atMicros < atMicros)))
            gone.set(key, { ...id, name: status ?? '', atMicros });
          break;
        }
        case 'first':
        case 'backlog': {
          const use = boards.get(key) ?? {};
          boards.set(key, {
            ...use,
            [topic]: Math.min(use[topic] ?? Number.POSITIVE_INFINITY, ...timesMicros),
          });
          break;
        }
        case 'used': {
          const use = boards.get(key) ?? {};
          boards.set(key, { ...use, used: Math.max(use.used ?? Number.NEGATIVE_INFINITY, ...timesMicros) });
          break;
        }
        default:
          throw new Error(`evidence about ${topic}`);
      }
    },

    conclude(today, nowMicros) {
      const found = new Map<string, KnownStatus>();
      const living = new Set<string>();
      for (const { isClosed, ...named } of today) {
        const key = statusKey(named);
        living.add(key);
        const use = boards.get(key);
        const pieces = use ? piecesOfBoard(use, isClosed, nowMicros) : piecesOf(key);
        if (pieces.length === 0) continue;
        const switches = switchesOf(pieces, { atMicros: nowMicros, isClosed });
        if (switches.length > 1) found.set(key, { ...named, formerNames: [], marks: switches, isGone: true });
      }
      for (const [key, { atMicros: _, ...named }] of gone) {
        if (living.has(key)) continue;
        const pieces = piecesOf(key);
        const unknown = [{ isClosed: undefined, sinceMicros: undefined }];
        found.set(key, {
          ...named,
          formerNames: [],
          marks: pieces.length > 0 ? switchesOf(pieces) : unknown,
          isGone: true,
        });
      }
      return found;
    },
  };
}

/** A board had a backlog from the first to the last time that one was used. */
function piecesOfBoard({ first, backlog, used }: BoardUse, hasBacklog: boolean, nowMicros: number): Piece[] {
  const pieces: Piece[] = [];
  if (first !== undefined && first < (backlog ?? nowMicros))
    pieces.push({ atMicros: first, isClosed: false });
  if (backlog !== undefined) pieces.push({ atMicros: backlog, isClosed: true });
  if (used !== undefined && !hasBacklog) pieces.push({ atMicros: used + 1, isClosed: false });
  return pieces;
}

/** The pieces that say something else than the one before; what the first one says always was so until then. */
function switchesOf(pieces: readonly Piece[], today?: Piece): Mark[] {
  const inOrder = pieces.toSorted(byTime);
  const told = inOrder.filter(({ isClosed }, i) => isClosed !== inOrder[i - 1]?.isClosed);
  const [first] = told;
  const isToldToday = today === undefined || today.isClosed === inOrder.at(-1)?.isClosed;
  return (isToldToday ? told : [...told, today].toSorted(byTime)).map((piece) => ({
    isClosed: piece.isClosed,
    sinceMicros: piece === first ? undefined : piece.atMicros,
  }));
}

function byTime(a: Piece, b: Piece): number {
  return a.atMicros - b.atMicros || Number(a.isClosed) - Number(b.isClosed);
}
