import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BugflowError, type Place } from '../../base/errors.js';
import type { SqlSource } from './query-text.js';

/** Shared SQL, prepended as a CTE to the collectors that name it. */
export interface Relation {
  readonly name: string;
  readonly source: SqlSource;
  /** Other relations that it uses. */
  readonly relations: readonly string[];
}

/** Whether a database has a `table` or `table.column`; relations may have variants for older versions of Taiga. */
export type Has = (name: string) => boolean;

export interface RelationLibrary {
  /** The named relations and all that they use; each comes before those that use it. */
  resolve(names: readonly string[], has: Has): Relation[];
  has(name: string): boolean;
}

/**
 * Reads a folder of `NAME.sql` files and its subfolders. A header of comment lines may say `-- relations: a, b` (what it
 * uses) and `-- requires: table, table.column`. Where the database lacks one of the required, the file
 * `NAME.without.TABLE.sql` or `NAME.without.TABLE.COLUMN.sql` of the first one lacking is used instead.
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
      requires: requirements(headerList(text, 'requires'), { file, line: 1 }),
    });
  }

  const variantFor = (name: string, has: Has): Relation | undefined => {
    const relation = byName.get(name);
    const missing = relation?.requires.find((name) => !has(name));
    return missing === undefined ? relation : byName.get(`${name}.without.${missing}`);
  };

  return {
    has: (name) => byName.has(name),
    resolve(names, has) {
      const ordered = new Map<string, Relation>();
      const visit = (name: string, readers: readonly string[]): void => {
        if (ordered.has(name)) return;
        const relation = variantFor(name, has);
        if (!relation) {
          const reader = byName.get(readers.at(-1) ?? '')?.source.file;
          throw new BugflowError('COLLECTOR_INVALID', `unknown relation "${name}"`, {
            place: reader === undefined ? undefined : { file: reader, line: 1 },
          });
        }
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

/** A table or a column, as written in `requires`. */
export const REQUIREMENT = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;

function requirements(names: readonly string[], place: Place): readonly string[] {
  const wrong = names.find((name) => !REQUIREMENT.test(name));
  if (wrong === undefined) return names;
  throw new BugflowError('COLLECTOR_INVALID', badRequirement(wrong), { place });
}

export function badRequirement(name: string): string {
  return `requires: "${name}" is neither a table nor a table.column of schema public; write it like projects_swimlane or userstories_userstory.swimlane_id`;
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
