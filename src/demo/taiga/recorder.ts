import { diffOf, namesIn, onlySortKeys, readable } from './diff.js';
import { type Frozen, freeze, html } from './frozen.js';
import type { HistoryRow, Json, Kind, KindRows, UserRow } from './rows.js';
import { applicationOf } from './rows.js';
import type { Store } from './store.js';
import { type Micros, timestamp } from './time.js';
import type { Timeline } from './timeline.js';
import type { UuidSource } from './uuid.js';

/** One request to Taiga: everything that it writes has the same time and author. */
export interface Act {
  readonly at: Micros;
  readonly by: UserRow;
}

export interface RecordOptions {
  readonly comment?: string;
  readonly deleted?: boolean;
}

interface LastKnown {
  readonly frozen: Frozen;
  readonly rowsSinceSnapshot: number;
}

/** After so many rows without a snapshot, Taiga adds one to the next row. */
const snapshotAfter = 60;

/**
 * Writes history as Taiga does: it compares the item with the state that its history already tells. So a change that was
 * not recorded at its time appears in the next row, or never.
 */
export class Recorder {
  readonly #store: Store;
  readonly #timeline: Timeline;
  readonly #uuids: UuidSource;
  readonly #lastKnown = new Map<string, LastKnown>();

  constructor(store: Store, timeline: Timeline, uuids: UuidSource) {
    this.#store = store;
    this.#timeline = timeline;
    this.#uuids = uuids;
  }

  /** Returns the row; undefined if nothing changed. */
  record<K extends Kind>(
    act: Act,
    kind: K,
    item: KindRows[K],
    options: RecordOptions = {},
  ): HistoryRow | undefined {
    const { comment = '', deleted = false } = options;
    const key = keyOf(kind, item.id);
    const frozen = freeze(this.#store, kind, item);
    const last = this.#lastKnown.get(key);
    const diff = last === undefined ? {} : diffOf(kind, last.frozen, frozen);
    if (last !== undefined && !deleted && comment === '' && Object.keys(diff).length === 0) return undefined;

    const names = namesIn(this.#store, kind, diff);
    const type = deleted ? 3 : last === undefined ? 2 : 1;
    const isSnapshot = type !== 1 || (last?.rowsSinceSnapshot ?? 0) >= snapshotAfter;
    const isHidden = comment === '' && onlySortKeys(diff);
    const row: HistoryRow = {
      ...this.#emptyRow(act, key, 'project_id' in item ? item.project_id : this.#projectOf(kind, item)),
      type,
      is_snapshot: isSnapshot,
      is_hidden: isHidden,
      diff,
      snapshot: isSnapshot ? frozen : null,
      values: names,
      comment,
      comment_html: html(comment),
      values_diff_cache: isHidden ? null : readable(diff, names),
    };
    this.#store.append('history_historyentry', row);
    if (!isHidden) this.#timeline.tell(act, kind, item, row);

    if (deleted) this.#lastKnown.delete(key);
    else
      this.#lastKnown.set(key, {
        frozen,
        rowsSinceSnapshot: isSnapshot ? 0 : (last?.rowsSinceSnapshot ?? 0) + 1,
      });
    return row;
  }

  /** Copies a comment to another item, as promoting does: with its old time, and without an event in the timeline. */
  copyComment(source: HistoryRow, key: string, at: Micros): void {
    this.#store.append('history_historyentry', { ...source, id: this.#uuids.at(at), key });
  }

  editComment(act: Act, row: HistoryRow, comment: string): void {
    const version: Json = {
      date: `${row.created_at.slice(0, 23)}Z`,
      user: { id: row.user.pk },
      comment: row.comment,
      comment_html: row.comment_html,
    };
    this.#store.amend('history_historyentry', row.id, {
      comment,
      comment_html: html(comment),
      comment_versions: [version],
      edit_comment_date: timestamp(act.at),
    });
  }

  deleteComment(act: Act, row: HistoryRow): void {
    this.#store.amend('history_historyentry', row.id, {
      delete_comment_date: timestamp(act.at),
      delete_comment_user: { pk: act.by.id, name: act.by.full_name },
    });
  }

  #emptyRow(act: Act, key: string, project: number) {
    return {
      id: this.#uuids.at(act.at),
      user: { pk: act.by.id, name: act.by.full_name },
      created_at: timestamp(act.at),
      key,
      delete_comment_date: null,
      delete_comment_user: null,
      comment_versions: null,
      edit_comment_date: null,
      project_id: project,
    } as const;
  }

  #projectOf(kind: Kind, item: KindRows[Kind]): number {
    if (kind === 'project') return item.id;
    return 'epic_id' in item ? this.#store.get('epics_epic', item.epic_id).project_id : item.id;
  }
}

export const keyOf = (kind: Kind, id: number): string => `${applicationOf[kind]}.${kind}:${id}`;
