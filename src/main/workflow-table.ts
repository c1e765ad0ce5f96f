import { stringify } from 'yaml';
import type { RowSample } from '../taiga/reader.js';
import { formatTable } from './table.js';

interface BoardStatus {
  readonly project: string;
  readonly kind: string;
  readonly position: number;
  readonly status: string;
  readonly isClosed: string;
  readonly stage: string;
  readonly isGuess: boolean;
}

/**
 * Prints the table of statuses and stages, for people to check, and a configuration to copy for statuses whose names match
 * no rule. @param workflow the rows of the relation
 */
export function printWorkflow(workflow: RowSample, print: (line: string) => void): void {
  const statuses = readStatuses(workflow);
  print('');
  for (const line of formatTable(
    ['project', 'kind', 'status', 'closed', 'stage', ''],
    statuses.map(({ project, kind, status, isClosed, stage, isGuess }) => [
      project,
      kind,
      status,
      isClosed,
      stage,
      isGuess ? 'a guess' : '',
    ]),
  ))
    print(line);
  print('');
  const guesses = statuses.filter(({ isGuess }) => isGuess);
  if (guesses.length === 0) {
    print('A stage that is wrong for your team can be set with `workflow` in the configuration.');
    return;
  }
  print(
    'The guesses are for statuses whose names match no rule. Copy this into the configuration, and correct it:',
  );
  print('');
  for (const line of toConfiguration(guesses).trimEnd().split('\n')) print(line);
}

function readStatuses({ columns, rows }: RowSample): BoardStatus[] {
  const at = (name: string): number => columns.indexOf(name);
  const [project, kind, position] = [at('project'), at('kind'), at('position')];
  const [status, isClosed, stage, isGuess] = [at('status'), at('is_closed'), at('stage'), at('is_guess')];
  return rows
    .map((row) => ({
      project: row[project] ?? '',
      kind: row[kind] ?? '',
      position: Number(row[position]),
      status: row[status] ?? '',
      isClosed: row[isClosed] ?? '',
      stage: row[stage] ?? '',
      isGuess: row[isGuess] === 'true',
    }))
    .sort((a, b) => compare(a.project, b.project) || compare(a.kind, b.kind) || a.position - b.position);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Makes one rule for each board, as docs/configuration.md explains. */
function toConfiguration(statuses: readonly BoardStatus[]): string {
  const boards = new Map<string, { project: string; kind: string; stages: Record<string, string[]> }>();
  for (const { project, kind, stage, status } of statuses) {
    const key = `${project} ${kind}`;
    const board = boards.get(key) ?? { project, kind, stages: {} };
    boards.set(key, board);
    board.stages[stage] = [...(board.stages[stage] ?? []), status];
  }
  return stringify({ workflow: [...boards.values()] }, { lineWidth: 0 });
}
