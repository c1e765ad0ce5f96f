import type { TableName, Tables } from './rows.js';

export type RowChange<T extends TableName = TableName> = {
  [Name in T]:
    | { readonly operation: 'insert'; readonly table: Name; readonly row: Tables[Name] }
    | {
        readonly operation: 'update';
        readonly table: Name;
        readonly id: number | string;
        readonly set: Partial<Tables[Name]>;
      }
    | { readonly operation: 'delete'; readonly table: Name; readonly id: number | string };
}[T];

type Rows<T extends TableName> = Map<number | string, Tables[T]>;

/** The columns by which rows are often looked up. */
const indexedColumns = {
  userstories_userstory: 'generated_from_issue_id',
  userstories_rolepoints: 'user_story_id',
  userstories_userstory_assigned_users: 'userstory_id',
  tasks_task: 'user_story_id',
  epics_relateduserstory: 'epic_id',
} as const satisfies { readonly [T in TableName]?: keyof Tables[T] };

type IndexedTable = keyof typeof indexedColumns;

/** The tables in memory, and a list of the changes since it was last taken. */
export class Store {
  readonly #tables = new Map<TableName, Map<number | string, unknown>>();
  readonly #indexes = new Map<TableName, Map<unknown, Set<unknown>>>();
  readonly #lastIds = new Map<TableName, number>();
  #changes: RowChange[] = [];

  nextId(table: TableName): number {
    const id = (this.#lastIds.get(table) ?? 0) + 1;
    this.#lastIds.set(table, id);
    return id;
  }

  insert<T extends TableName>(table: T, row: Tables[T]): Tables[T] {
    this.#rows(table).set(row.id, row);
    this.#indexed(table, row)?.add(row);
    return this.append(table, row);
  }

  /** Inserts a row that is never read again (of history, of the timeline), so it is not kept in memory. */
  append<T extends TableName>(table: T, row: Tables[T]): Tables[T] {
    this.#changes.push({ operation: 'insert', table, row: { ...row } } as RowChange);
    return row;
  }

  update<T extends TableName>(table: T, row: Tables[T], set: Partial<Tables[T]>): void {
    const before = this.#indexed(table, row);
    Object.assign(row, set);
    const after = this.#indexed(table, row);
    if (before !== after) {
      before?.delete(row);
      after?.add(row);
    }
    this.amend(table, row.id, set);
  }

  /** Changes a row that is not kept in memory. */
  amend<T extends TableName>(table: T, id: number | string, set: Partial<Tables[T]>): void {
    this.#changes.push({ operation: 'update', table, id, set } as RowChange);
  }

  remove<T extends TableName>(table: T, row: Tables[T]): void {
    this.#rows(table).delete(row.id);
    this.#indexed(table, row)?.delete(row);
    this.#changes.push({ operation: 'delete', table, id: row.id } as RowChange);
  }

  find<T extends TableName>(table: T, id: number | string | null): Tables[T] | undefined {
    return id === null ? undefined : this.#rows(table).get(id);
  }

  get<T extends TableName>(table: T, id: number | string | null): Tables[T] {
    const row = this.find(table, id);
    if (row === undefined) throw new Error(`${table} has no row ${id}`);
    return row;
  }

  all<T extends TableName>(table: T): Iterable<Tables[T]> {
    return this.#rows(table).values();
  }

  where<T extends TableName>(table: T, test: (row: Tables[T]) => boolean): Tables[T][] {
    const found: Tables[T][] = [];
    for (const row of this.#rows(table).values()) if (test(row)) found.push(row);
    return found;
  }

  /** The rows that belong to another one, by their indexed column. */
  belongingTo<T extends IndexedTable>(table: T, owner: number): Tables[T][] {
    return [...((this.#indexes.get(table)?.get(owner) ?? []) as Iterable<Tables[T]>)];
  }

  takeChanges(): RowChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  #rows<T extends TableName>(table: T): Rows<T> {
    let rows = this.#tables.get(table);
    if (rows === undefined) {
      rows = new Map();
      this.#tables.set(table, rows);
    }
    return rows as Rows<T>;
  }

  /** The index entry of a row, by the row's current columns. */
  #indexed<T extends TableName>(table: T, row: Tables[T]): Set<unknown> | undefined {
    if (!isIndexed(table)) return undefined;
    const index = this.#indexes.get(table) ?? new Map<unknown, Set<unknown>>();
    this.#indexes.set(table, index);
    const owner = (row as object as Record<string, unknown>)[indexedColumns[table]];
    const rows = index.get(owner) ?? new Set();
    index.set(owner, rows);
    return rows;
  }
}

const isIndexed = (table: TableName): table is IndexedTable => table in indexedColumns;
