import { z } from 'zod';
import { configSchema } from '../../src/config/schema.js';

interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/** Every key of the configuration file: its type, default and meaning. */
export function configurationReference(): string {
  const root = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const rows = configurationKeys(root).map(
    ([key, schema]) =>
      `| \`${key}\` | ${typeOf(schema)} | ${defaultOf(schema)} | ${schema.description ?? ''} |`,
  );
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Keys as paths: `projects.include`, `workflow[].stages`, `overrides.NAME.timeout`. */
function configurationKeys(schema: Schema, prefix = ''): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, Schema][] => {
    const key = prefix + name;
    const rest =
      typeof property.additionalProperties === 'object' ? property.additionalProperties : undefined;
    return [
      [key, property],
      ...configurationKeys(property, `${key}.`),
      ...(property.items ? configurationKeys(property.items, `${key}[].`) : []),
      ...(rest ? configurationKeys(rest, `${key}.NAME.`) : []),
    ];
  });
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array')
    return `list of ${schema.items?.type === 'object' ? 'maps' : `${schema.items?.type}s`}`;
  if (schema.type === 'object') return 'map';
  return schema.title ?? schema.type ?? '';
}

function defaultOf(schema: Schema): string {
  if (schema.default === undefined || schema.type === 'object') return '';
  return `\`${JSON.stringify(schema.default).replace(/^"|"$/g, '')}\``;
}
