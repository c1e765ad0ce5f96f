import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BugflowError } from '../../errors.js';
import type { SqlSource } from './compile.js';

/** Shared SQL, prepended as a CTE to the collectors that name it. */
export interface Relation {
  readonly name: string;
  readonly source: SqlSource;
  /** Other relations that it reads. */
  readonly relations: readonly string[];
}

/** What a database has; relations may come in a variant for older versions of Taiga. */
export type HasTable = (table: string) => boolean;

export interface RelationLibrary {
  /** The named relations and all they read, in an order in which each stands before its readers. */
  resolve(names: readonly string[], hasTable: HasTable): Relation[];
  has(name: string): boolean;
}

/**
 * Reads a folder of `NAME.sql` files, with its subfolders. A header of comment lines may say
 * `-- relations: a, b` (what it reads) and `-- requires: table` (then `NAME.without.TABLE.sql` stands in where
 * the database lacks that table).
 * @throws BugflowError
 */
export async function loadRelations(folder: string): Promise<RelationLibrary> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sql'));
  const byName = new Map<string, Relation & { readonly requires: readonly string[] }>();
  for (const path of files) {
    const file = join(folder, path);
    const fileName = basename(path);
    const text = (await readFile(file, 'utf8')).trimEnd();
    byName.set(fileName.slice(0, -'.sql'.length), {
      name: fileName.split('.', 1)[0] ?? fileName,
      source: { text, file, line: 1 },
      relations: headerList(text, 'relations'),
      requires: headerList(text, 'requires'),
    });
  }

  const variantFor = (name: string, hasTable: HasTable): Relation | undefined => {
    const relation = byName.get(name);
    const missing = relation?.requires.find((table) => !hasTable(table));
    return missing === undefined ? relation : byName.get(`${name}.without.${missing}`);
  };

  return {
    has: (name) => byName.has(name),
    resolve(names, hasTable) {
      const ordered = new Map<string, Relation>();
      const visit = (name: string, readers: readonly string[]): void => {
        if (ordered.has(name)) return;
        const relation = variantFor(name, hasTable);
        if (!relation) throw new BugflowError('COLLECTOR_INVALID', `unknown relation "${name}"`);
        if (readers.includes(name)) {
          throw new BugflowError(
            'COLLECTOR_INVALID',
            `relations read each other in a circle: ${[...readers, name].join(' → ')}`,
            {
              place: { file: relation.source.file, line: 1 },
            },
          );
        }
        for (const read of relation.relations) visit(read, [...readers, name]);
        ordered.set(name, relation);
      };
      for (const name of names) visit(name, []);
      return [...ordered.values()];
    },
  };
}

function headerList(text: string, key: string): string[] {
  for (const line of text.split('\n')) {
    if (!line.startsWith('--')) break;
    const match = /^--\s*(\w+):\s*(.*)$/.exec(line);
    if (match?.[1] === key)
      return (match[2] ?? '')
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
  }
  return [];
}
