import pg from 'pg';
import Cursor from 'pg-cursor';
import { columnType } from './column-types.js';
import type { Query, Row, RowStream, TypedColumn } from './database.js';

const BATCH_ROWS = 1000;
const BOOLEAN_OID = 16;

/** Values stay text exactly as PostgreSQL writes them, so that no number loses digits. */
const TEXT_TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    oid === BOOLEAN_OID
      ? (value: string) => (value === 't' ? 'true' : 'false')
      : (value: string) => value) as pg.CustomTypesConfig['getTypeParser'],
};

/** Uses a cursor of SQL: unlike the protocol's, several of them can be open on one connection. */
export async function openStream(
  client: pg.Client,
  query: Query,
  index: number,
  heard: () => void,
  explain: (error: unknown, index: number) => unknown,
): Promise<RowStream> {
  const name = `bugflow_${index}`;
  const declare = `DECLARE ${name} NO SCROLL CURSOR FOR `;
  const ask = async (
    text: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryArrayResult<(string | null)[]>> => {
    try {
      return await client.query<(string | null)[]>({
        text,
        values: [...values],
        rowMode: 'array',
        types: TEXT_TYPES,
      });
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.position)
        error.position = String(Number(error.position) - declare.length);
      throw explain(error, index);
    } finally {
      heard();
    }
  };
  await ask(declare + query.text, query.values);
  return {
    async next() {
      const result = await ask(`FETCH FORWARD ${BATCH_ROWS} FROM ${name}`);
      return { columns: typed(result.fields), rows: result.rows };
    },
  };
}

export async function readBatches(
  client: pg.Client,
  query: Query,
  onBatch: (columns: readonly TypedColumn[], rows: readonly Row[]) => void,
): Promise<void> {
  const cursor = client.query(
    new Cursor<Row>(query.text, [...query.values], { rowMode: 'array', types: TEXT_TYPES }),
  );
  const readBatch = (): Promise<{ columns: readonly TypedColumn[]; rows: readonly Row[] }> =>
    new Promise((resolve, reject) => {
      cursor.read(BATCH_ROWS, (error, rows, result) => {
        if (error) reject(error);
        else resolve({ columns: typed(result.fields), rows });
      });
    });
  try {
    for (;;) {
      const { columns, rows } = await readBatch();
      onBatch(columns, rows);
      if (rows.length < BATCH_ROWS) return;
    }
  } finally {
    // Not awaited: later messages queue behind it anyway, and on a dead connection it would never resolve.
    void cursor.close();
  }
}

function typed(fields: readonly pg.FieldDef[]): TypedColumn[] {
  return fields.map(({ name, dataTypeID }) => ({ name, type: columnType(dataTypeID) }));
}
