import {
  type DiaryLine,
  type ItemLine,
  isItemLine,
  momentOf,
  replayEvents,
  type TrueEvents,
} from './true-past.js';

/** Moves in the sample's year that Taiga's records do not tell, or tell differently. */
export interface Untold {
  readonly promoted: ItemLine[];
  readonly removed: ItemLine[];
  readonly misnamed: ItemLine[];
}

/** The events of the sample's year as far as Taiga's records can tell them. */
export function replayTold(diary: readonly DiaryLine[]): { events: TrueEvents; untold: Untold } {
  const untold: Untold = { promoted: [], removed: [], misnamed: [] };
  const removedAt = new Map<string, number>();
  const events = replayEvents(diary, {
    told(line, isFirstOfPromoted) {
      if (line.silent) {
        untold.removed.push(line);
        removedAt.set(`${line.type} ${line.id}`, momentOf(line));
        return undefined;
      }
      if (isFirstOfPromoted && line.type === 'userstory') {
        untold.promoted.push(line);
        return undefined;
      }
      const wasRemoved = removedAt.delete(`${line.type} ${line.id}`);
      if (!wasRemoved) return { from: line.from ?? '' };
      untold.misnamed.push(line);
      return { from: 'Waiting for vendor', since: enteredBefore(diary, line, 'Waiting for vendor') };
    },
  });
  return { events, untold };
}

/** When the item entered the status that it had before this line. */
function enteredBefore(diary: readonly DiaryLine[], line: ItemLine, status: string): number {
  const entry = diary.findLast(
    (each) =>
      isItemLine(each) &&
      each.type === line.type &&
      each.id === line.id &&
      each.t < line.t &&
      each.to === status,
  );
  return entry ? momentOf(entry) : Number.NaN;
}
