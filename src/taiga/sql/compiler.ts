import type { Asker } from '../asker.js';
import type { OwnParameters } from '../parameters.js';
import {
  compileMerged,
  compileQuery,
  compileTables,
  type Frame,
  type MergedPart,
  mentioned,
  scopesOf,
  type TablePart,
} from './compile.js';
import type { CompiledQuery, SqlSource } from './query-text.js';
import type { Has, RelationLibrary } from './relations.js';

/** A piece of SQL, and how to compile it. */
export interface Compilable {
  readonly sql: SqlSource;
  readonly relations: readonly string[];
  readonly askedBy: Asker;
  /** Default: `rows`. */
  readonly frame?: Frame;
  /** The most rows to return. */
  readonly limit?: number;
  /** Its parameters in addition to the shared ones. */
  readonly parameters?: OwnParameters;
}

export interface CompilablePart extends MergedPart, Pick<Compilable, 'relations' | 'askedBy'> {}

export interface CompilableTable extends TablePart, Pick<Compilable, 'relations'> {}

/** Compiles each query once for each variant of the relations that a database needs, and caches it. */
export interface Compiler {
  /** @throws BugflowError */
  compile(query: Compilable, has: Has): CompiledQuery;
  /** @throws BugflowError */
  compileMerged(parts: readonly [CompilablePart, ...CompilablePart[]], has: Has): CompiledQuery;
  /** @throws BugflowError */
  compileTables(
    parts: readonly [CompilableTable, ...CompilableTable[]],
    askedBy: Asker,
    has: Has,
  ): CompiledQuery;
}

/** Several times the number of queries that there are; SQL that is not used any more is dropped. */
const MAX_KEPT = 300;

export function createCompiler(relations: RelationLibrary): Compiler {
  /** In order of last use, the oldest first. */
  const kept = new Map<string, CompiledQuery>();
  const numbers = new WeakMap<SqlSource, number>();
  let pieces = 0;

  /** Identifies a piece of SQL by its object: a new object is compiled again. */
  const numberOf = (sql: SqlSource): number => {
    const number = numbers.get(sql) ?? pieces++;
    numbers.set(sql, number);
    return number;
  };
  const keep = (key: string, compile: () => CompiledQuery): CompiledQuery => {
    const query = kept.get(key) ?? compile();
    kept.delete(key);
    kept.set(key, query);
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return query;
  };

  return {
    compile({ sql, relations: names, frame, limit, parameters: own = {}, askedBy }, has) {
      const read = relations.resolve(mentioned(names, sql), has);
      const types = typesOf(own);
      const files = read.map(({ source }) => source.file);
      return keep(JSON.stringify([numberOf(sql), frame, limit, types, files]), () =>
        compileQuery(sql, read, { frame, limit, own, askedBy }),
      );
    },
    compileMerged(parts, has) {
      const names = new Set(parts.flatMap(({ relations: wanted, sql }) => mentioned(wanted, sql)));
      const read = relations.resolve([...names], has);
      const shapes = parts.map(({ sql, reading, columns }) => [numberOf(sql), reading, columns]);
      const files = read.map(({ source }) => source.file);
      return keep(JSON.stringify([shapes, files]), () => compileMerged(parts, read));
    },
    compileTables(parts, askedBy, has) {
      const names = new Set(parts.flatMap(({ relations: wanted, sql }) => mentioned(wanted, sql)));
      const read = relations.resolve([...names], has);
      const scopes = scopesOf(parts);
      const shapes = parts.map(({ sql, columns, limit, parameters }) => [
        ...[numberOf(sql), columns, limit],
        ...[scopes.indexOf(parameters), typesOf(parameters)],
      ]);
      const files = read.map(({ source }) => source.file);
      return keep(JSON.stringify(['tables', shapes, files]), () => compileTables(parts, read, askedBy));
    },
  };
}

function typesOf(own: OwnParameters): string[][] {
  return Object.entries(own).map(([name, { type }]) => [name, type]);
}
