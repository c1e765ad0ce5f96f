import { createHash } from 'node:crypto';
import { changeVariables, type Dashboard, type Variable } from './dashboard.js';

/** A project of Taiga. */
export interface Project {
  readonly slug: string;
  readonly name: string;
}

/** The dashboard that the walls are made of. */
export const TEAM_WALL_UID = 'bugflow-team-wall';
/** By its beginning and the tag a wall is known as one of ours, which may be deleted. */
export const WALL_UID_PREFIX = 'bugflow-wall-';
export const WALL_TAG = 'taiga-bugflow-wall';

/** The longest that Grafana takes. */
const UID_LENGTH = 40;
const HASH_LENGTH = 8;

/** The same for a project every time: the slug where it fits, else its beginning and a hash of it. */
export function wallUid(slug: string): string {
  const room = UID_LENGTH - WALL_UID_PREFIX.length;
  // Databases that Grafana may use do not tell capitals from small letters.
  if (slug.length <= room && /^[a-z0-9_-]+$/.test(slug)) return WALL_UID_PREFIX + slug;
  const beginning = slug
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, room - HASH_LENGTH - 1);
  const hash = createHash('sha256').update(slug).digest('hex').slice(0, HASH_LENGTH);
  return `${WALL_UID_PREFIX}${beginning}-${hash}`;
}

/** The team wall with its project fixed. */
export function projectWall(teamWall: Dashboard, project: Project): Dashboard {
  const wall = changeVariables(teamWall, (variable) =>
    variable.name === 'project' ? fixedVariable(variable, project.slug) : variable,
  );
  return {
    ...wall,
    uid: wallUid(project.slug),
    title: `${oneLine(project.name)} · wall`,
    // And no other: links to all dashboards of a tag would lead to every project's wall.
    tags: [WALL_TAG],
  };
}

/** A constant: no address overrides it, and links to other dashboards can carry it along. */
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
