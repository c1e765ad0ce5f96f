/** What a column holds. The cells themselves are always text as PostgreSQL writes it. */
export type ColumnType =
  | 'text'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'date'
  | 'time'
  | 'interval'
  | 'json'
  | 'array';

/** PostgreSQL's object identifiers of its built-in types, which never change (pg_type.dat). */
const TYPES: Readonly<Record<number, ColumnType>> = {
  16: 'boolean',
  20: 'number', // int8
  21: 'number', // int2
  23: 'number', // int4
  26: 'number', // oid
  700: 'number', // float4
  701: 'number', // float8
  1700: 'number', // numeric
  1114: 'timestamp',
  1184: 'timestamp', // timestamptz
  1082: 'date',
  1083: 'time',
  1266: 'time', // timetz
  1186: 'interval',
  114: 'json',
  3802: 'json', // jsonb
  1000: 'array', // boolean[]
  1005: 'array', // int2[]
  1007: 'array', // int4[]
  1009: 'array', // text[]
  1015: 'array', // varchar[]
  1016: 'array', // int8[]
  1021: 'array', // float4[]
  1022: 'array', // float8[]
  1182: 'array', // date[]
  1185: 'array', // timestamptz[]
  1231: 'array', // numeric[]
};

/** Every other type (names, enumerations, …) is text. */
export function columnType(oid: number): ColumnType {
  return TYPES[oid] ?? 'text';
}
