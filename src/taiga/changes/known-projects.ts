import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { isOtherCluster, type Position } from './position.js';

/** What became of the exported projects since the comparison before. */
export interface ProjectChanges {
  /** One is gone – deleted, or filtered out – or has another slug: its series must not stay. */
  readonly isLost: boolean;
  /** Ids of those that came. */
  readonly added: readonly string[];
}

/** The exported projects, as they were last seen. */
export interface KnownProjects {
  /** Asks which there are at this position. @throws BugflowError */
  look(position: Position): Promise<ProjectChanges>;
  /** What the last look found was made known: the next one compares with that. */
  accept(): void;
}

export const NO_PROJECT_CHANGES: ProjectChanges = { isLost: false, added: [] };

export function createKnownProjects(reader: Reader, values: () => ParameterValues): KnownProjects {
  let known: { readonly slugs: ReadonlyMap<string, string>; readonly position: Position } | undefined;
  let seen = known;

  return {
    async look(position) {
      const { columns, rows } = await reader.readRelation('project', values());
      const [id, slug] = [columns.indexOf('project_id'), columns.indexOf('project')];
      const slugs = new Map(rows.map((row) => [row[id] ?? '', row[slug] ?? '']));
      seen = known;
      // A replica that lags behind the server before does not know yet what was seen there.
      if (known && isBehind(position, known.position)) return NO_PROJECT_CHANGES;
      seen = { slugs, position };
      if (!known) return NO_PROJECT_CHANGES;
      const before = known.slugs;
      return {
        isLost: [...before].some(([project, name]) => slugs.get(project) !== name),
        added: [...slugs.keys()].filter((project) => !before.has(project)),
      };
    },
    accept() {
      known = seen;
    },
  };
}

function isBehind(position: Position, before: Position): boolean {
  return (
    position.generation !== before.generation &&
    !isOtherCluster(position, before) &&
    position.oldest < before.oldest
  );
}
