import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Compilable, createCompiler } from '../../src/taiga/sql/compiler.js';
import type { SqlSource } from '../../src/taiga/sql/query-text.js';
import { loadRelations } from '../../src/taiga/sql/relations.js';
import { createFolder } from '../support/bugflow.js';

const folder = createFolder();
folder.write('lane.sql', '-- requires: lanes\nSELECT 1 AS lane FROM lanes');
const lane = folder.write('lane.without.lanes.sql', 'SELECT NULL AS lane');
const relations = await loadRelations(dirname(lane));
folder.remove();

const SQL: SqlSource = { text: 'SELECT lane, :n AS n FROM lane', file: 'a.yaml', line: 1 };
const QUERY: Compilable = {
  sql: SQL,
  relations: ['lane'],
  askedBy: { kind: 'report', name: 'a' },
  parameters: { n: { type: 'integer', value: 1 } },
};
const NEW = (): boolean => true;
const OLD = (name: string): boolean => name !== 'lanes';

describe('a query', () => {
  test('is compiled once, whatever is bound', () => {
    const { compile } = createCompiler(relations);
    const first = compile(QUERY, NEW);
    expect(compile({ ...QUERY, parameters: { n: { type: 'integer', value: 2 } } }, NEW)).toBe(first);
  });

  test('is compiled once for each Taiga whose relations differ', () => {
    const { compile } = createCompiler(relations);
    const [now, before] = [compile(QUERY, NEW), compile(QUERY, OLD)];
    expect(now.text).toContain('FROM lanes');
    expect(before.text).not.toContain('FROM lanes');
    expect([compile(QUERY, NEW), compile(QUERY, OLD)]).toEqual([now, before]);
    expect(compile(QUERY, OLD)).toBe(before);
    // What the SQL does not read makes no difference to it.
    expect(compile(QUERY, (name) => name !== 'swimlanes')).toBe(now);
  });

  test.each<[string, Partial<Compilable>, string]>([
    ['limit', { limit: 3 }, 'LIMIT 3'],
    ['type', { parameters: { n: { type: 'text', value: 1 } } }, '$1::text'],
    ['frame', { frame: 'zeros' }, 'at <= $2::timestamptz'],
    ['text', { sql: { ...SQL, text: `${SQL.text} -- more` } }, '-- more'],
  ])('with another %s is another', (_title, change, words) => {
    const { compile } = createCompiler(relations);
    expect(compile(QUERY, NEW).text).not.toContain(words);
    expect(compile({ ...QUERY, ...change }, NEW).text).toContain(words);
  });

  test('of several together is compiled once, for the same in the same order', () => {
    const { compileMerged } = createCompiler(relations);
    const part = (text: string) => ({
      sql: { text, file: 'b.yaml', line: 1 },
      relations: ['lane'],
      askedBy: { kind: 'collector', name: 'b' },
      reading: 'rows' as const,
      columns: ['lane'],
    });
    const [a, b] = [part('SELECT lane FROM lane'), part('SELECT 2 AS lane')];
    const both = compileMerged([a, b], NEW);
    expect(compileMerged([{ ...a }, { ...b }], NEW)).toBe(both);
    expect(compileMerged([b, a], NEW).text).not.toBe(both.text);
    expect(compileMerged([{ ...a, columns: ['lane', 'n'] }, b], NEW).text).not.toBe(both.text);
    expect(compileMerged([a, b], OLD).text).not.toBe(both.text);
  });

  test('is not kept for ever when it is never asked again', () => {
    const { compile } = createCompiler(relations);
    const first = compile(QUERY, NEW);
    const used = compile({ ...QUERY, limit: 1 }, NEW);
    for (let i = 2; i < 1000; i++) {
      compile({ ...QUERY, limit: i }, NEW);
      // What is asked again and again stays.
      expect(compile({ ...QUERY, limit: 1 }, NEW)).toBe(used);
    }
    expect(compile(QUERY, NEW)).not.toBe(first);
  });
});
