import type { Random } from '../random.js';
import type { UserRow } from './rows.js';
import type { Taiga } from './taiga.js';
import { type Micros, timestamp } from './time.js';

/** The content types of a new installation, with the numbers from its migrations. */
const contentTypes: readonly (readonly [id: number, application: string, model: string])[] = [
  [6, 'users', 'user'],
  [7, 'users', 'role'],
  [14, 'projects', 'membership'],
  [15, 'projects', 'project'],
  [17, 'projects', 'epicstatus'],
  [18, 'projects', 'userstorystatus'],
  [19, 'projects', 'points'],
  [21, 'projects', 'taskstatus'],
  [23, 'projects', 'priority'],
  [24, 'projects', 'severity'],
  [25, 'projects', 'issuestatus'],
  [26, 'projects', 'issuetype'],
  [28, 'projects', 'swimlane'],
  [29, 'projects', 'swimlaneuserstorystatus'],
  [31, 'references', 'reference'],
  [40, 'history', 'historyentry'],
  [45, 'attachments', 'attachment'],
  [49, 'milestones', 'milestone'],
  [50, 'epics', 'epic'],
  [51, 'epics', 'relateduserstory'],
  [52, 'userstories', 'rolepoints'],
  [53, 'userstories', 'userstory'],
  [54, 'tasks', 'task'],
  [55, 'issues', 'issue'],
  [56, 'wiki', 'wikipage'],
  [60, 'timeline', 'timeline'],
];

/** The users for the hooks of code hosts: in every installation, and never members of anything. */
const robots = ['BitBucket', 'GitHub', 'GitLab', 'Gogs'] as const;

export function install(taiga: Taiga, at: Micros, random: Random): void {
  for (const [id, application, model] of contentTypes) {
    taiga.store.insert('django_content_type', { id, app_label: application, model });
  }
  for (const robot of robots) {
    const name = `${robot.toLowerCase()}-${hexDigits(random, 32)}`;
    const person = {
      username: name,
      full_name: robot,
      email: `${name}@taiga.io`,
      is_active: false,
      is_system: true,
    };
    insertUser(taiga, at, random, person);
  }
  const admin = { username: 'admin', full_name: 'Site Administrator', email: 'admin@example.org' };
  insertUser(taiga, at, random, { ...admin, is_superuser: true, is_staff: true });
}

export function createUser(
  taiga: Taiga,
  at: Micros,
  random: Random,
  person: Partial<UserRow> & PersonName,
): UserRow {
  const user = insertUser(taiga, at, random, person);
  taiga.timeline.tellUser(at, user);
  return user;
}

type PersonName = Pick<UserRow, 'username' | 'full_name' | 'email'>;

function insertUser(
  { store }: Taiga,
  at: Micros,
  random: Random,
  person: Partial<UserRow> & PersonName,
): UserRow {
  return store.insert('users_user', {
    id: store.nextId('users_user'),
    password: '!',
    last_login: null,
    is_superuser: false,
    is_active: true,
    color: `#${hexDigits(random, 6)}`,
    bio: '',
    photo: null,
    date_joined: timestamp(at),
    lang: 'en',
    timezone: 'UTC',
    colorize_tags: false,
    token: null,
    email_token: null,
    new_email: null,
    is_system: false,
    theme: null,
    max_private_projects: null,
    max_public_projects: null,
    max_memberships_private_projects: null,
    max_memberships_public_projects: null,
    uuid: hexDigits(random, 32),
    accepted_terms: true,
    read_new_terms: false,
    verified_email: true,
    is_staff: false,
    date_cancelled: null,
    ...person,
  });
}

export const hexDigits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.integer(0, 15).toString(16)).join('');
