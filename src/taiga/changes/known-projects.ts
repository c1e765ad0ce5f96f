import type { ParameterValues } from '../parameters.js';
import type { Reader } from '../reader.js';
import { isOtherCluster, type Position } from './position.js';

/** How the exported projects differ from those at the last comparison. */
export interface ProjectChanges {
  /** A project was deleted, filtered out, or has another slug: its series must go. */
  readonly isLost: boolean;
  /** Ids of the projects that were added. */
  readonly added: readonly string[];
}

/** Remembers which projects are exported, and by which slugs. */
export interface KnownProjects {
  /** Reads which there are, at this position. @throws BugflowError */
  compare(position: Position): Promise<ProjectChanges>;
  /** The last comparison was reported: the next one compares with what it found. */
  accept(): void;
}

export const NO_PROJECT_CHANGES: ProjectChanges = { isLost: false, added: [] };

export function createKnownProjects(reader: Reader, values: () => ParameterValues): KnownProjects {
  let known: { readonly slugs: ReadonlyMap<string, string>; readonly position: Position } | undefined;
  let seen = known;

  return {
    async compare(position) {
      const { columns, rows } = await reader.readRelation('project', values());
      const [id, slug] = [columns.indexOf('project_id'), columns.indexOf('project')];
      const slugs = new Map(rows.map((row) => [row[id] ?? '', row[slug] ?? '']));
      seen = known;
      // A replica that lags behind the server that was read before does not know yet what was seen there.
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
