import { createHash } from 'node:crypto';
import { changeVariables, type Dashboard, type Variable } from './dashboard.js';

/** A project of Taiga. */
export interface Project {
  readonly slug: string;
  readonly name: string;
}

/** The dashboard from which the walls are made. */
export const TEAM_WALL_UID = 'bugflow-team-wall';
/** Dashboards with this prefix and the tag of a wall belong to this program, and may be deleted. */
export const WALL_UID_PREFIX = 'bugflow-wall-';
export const WALL_TAG = 'taiga-bugflow-wall';

/** The longest uid that Grafana accepts. */
const UID_LENGTH = 40;
const HASH_LENGTH = 8;

/** Always the same for a project: its slug if that fits, else the beginning of it and a hash. */
export function wallUid(slug: string): string {
  const room = UID_LENGTH - WALL_UID_PREFIX.length;
  // Some databases of Grafana do not distinguish upper and lower case.
  if (slug.length <= room && /^[a-z0-9_-]+$/.test(slug)) return WALL_UID_PREFIX + slug;
  const beginning = slug
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, room - HASH_LENGTH - 1);
  const hash = createHash('sha256').update(slug).digest('hex').slice(0, HASH_LENGTH);
  return `${WALL_UID_PREFIX}${beginning}-${hash}`;
}

/** The team wall for one fixed project. */
export function projectWall(teamWall: Dashboard, project: Project): Dashboard {
  const wall = changeVariables(teamWall, (variable) =>
    variable.name === 'project' ? fixedVariable(variable, project.slug) : variable,
  );
  return {
    ...wall,
    uid: wallUid(project.slug),
    title: `${oneLine(project.name)} · wall`,
    // The tag of the other dashboards is left out: their links by tag would list every project's wall.
    tags: [WALL_TAG],
  };
}

/** A constant, which the address cannot override, but which links to other dashboards can pass on. */
function fixedVariable(variable: Variable, slug: string): Variable {
  const { name, type, label } = variable;
  const constant =
    type === 'constant'
      ? variable
      : { name, type: 'constant', ...(label !== undefined && { label }), hide: 2 };
  return { ...constant, query: slug, current: { selected: true, text: slug, value: slug } };
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
