import pg from 'pg';
import type { Column, Database, Row } from '../database/database.js';
import { assertTaiga, readTables } from '../database/taiga-schema.js';
import { BugflowError } from '../errors.js';
import type { CollectorDefinition } from './definition.js';
import type { MetricFamily } from './families.js';
import type { ParameterValues } from './parameters.js';
import { createFamilyBuilder } from './rows-to-families.js';
import { type CompiledQuery, compileQuery } from './sql/compile.js';
import type { RelationLibrary } from './sql/relations.js';

/** What one run of a collector found. */
export interface Reading {
  readonly families: readonly MetricFamily[];
  readonly rowCount: number;
  /** The first few rows, to explain the numbers by. */
  readonly sample: RowSample;
  readonly databaseMs: number;
}

export interface RowSample {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export interface Reader {
  /** The collector's `now` reading. @throws BugflowError */
  readNow(definition: CollectorDefinition, values: ParameterValues): Promise<Reading>;
  /** Rows of a relation. @throws BugflowError */
  readRelation(name: string, values: ParameterValues): Promise<RowSample>;
}

const SAMPLE_ROWS = 10;
const RELATION_TIMEOUT_MS = 30_000;

export function createReader(database: Database, relations: RelationLibrary): Reader {
  // Known from the first success on; asked again after an error that a migration of Taiga could explain.
  let tables: ReadonlySet<string> | undefined;

  const run = async (
    compile: (hasTable: (table: string) => boolean) => CompiledQuery,
    timeoutMs: number,
    values: ParameterValues,
    onBatch: (columns: readonly Column[], rows: readonly Row[]) => void,
  ): Promise<number> => {
    if (!tables) {
      const found = await readTables(database);
      assertTaiga(found);
      tables = found;
    }
    const known = tables;
    const query = compile((table) => known.has(table));
    try {
      return await database.read(
        { text: query.text, values: query.parameters.map((name) => values[name]), timeoutMs },
        onBatch,
      );
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      tables = undefined;
      throw explainSqlError(error, query);
    }
  };

  return {
    async readNow(definition, values) {
      const builder = createFamilyBuilder(definition);
      const sampleRows: Row[] = [];
      let columnNames: string[] = [];
      let rowCount = 0;
      const databaseMs = await run(
        (hasTable) => compileQuery(definition.now, relations.resolve(definition.relations, hasTable)),
        definition.timeoutMs,
        values,
        (columns, rows) => {
          columnNames = columns.map((column) => column.name);
          rowCount += rows.length;
          sampleRows.push(...rows.slice(0, SAMPLE_ROWS - sampleRows.length));
          builder.add(columns, rows);
        },
      );
      return {
        families: builder.finish(),
        rowCount,
        sample: { columns: columnNames, rows: sampleRows },
        databaseMs,
      };
    },

    async readRelation(name, values) {
      const rows: Row[] = [];
      let columnNames: string[] = [];
      await run(
        (hasTable) =>
          compileQuery(
            { text: `SELECT * FROM ${name}`, file: name, line: 1 },
            relations.resolve([name], hasTable),
          ),
        RELATION_TIMEOUT_MS,
        values,
        (columns, batch) => {
          columnNames = columns.map((column) => column.name);
          rows.push(...batch);
        },
      );
      return { columns: columnNames, rows };
    },
  };
}

/** PostgreSQL's word on a mistake in the SQL, with the file and line where a person finds it. */
function explainSqlError(error: pg.DatabaseError, query: CompiledQuery): BugflowError {
  const position = Number(error.position);
  const place = query.locate(Number.isInteger(position) && position > 0 ? position : query.text.length);
  const hint = error.hint ? ` (${error.hint})` : '';
  return new BugflowError('COLLECTOR_SQL', `SQL: ${error.message}${hint}`, { place, cause: error });
}
