import { addSwimlane, setWipLimit, statusNamed } from '../taiga/boards.js';
import { createUser } from '../taiga/installation.js';
import { addMember, createProject } from '../taiga/projects.js';
import type { ProjectRow, UserRow } from '../taiga/rows.js';
import { defaultStoryStatuses, type ProjectSpec } from '../taiga/template.js';
import type { Micros } from '../taiga/time.js';
import { KanbanTeam } from './kanban-team.js';
import { type PersonKey, people } from './people.js';
import { ScrumTeam } from './scrum-team.js';
import { SideProject } from './side-project.js';
import { SupportTeam } from './support-team.js';
import { actOf, Roster, type Workplace } from './team.js';

const bookings: ProjectSpec = {
  name: 'Tidepool Bookings',
  slug: 'miravale-tidepool-bookings',
  description: 'Berths for guests, booked in two minutes.',
  modules: ['backlog', 'issues', 'epics', 'wiki'],
  storyStatuses: [...defaultStoryStatuses, { name: 'Rejected', color: '#8F6B70', closed: true }],
};

const platform: ProjectSpec = {
  name: 'Lantern Platform',
  slug: 'leilahaddad-lantern-platform',
  description: 'What every service stands on.',
  modules: ['kanban', 'epics', 'wiki'],
  storyStatuses: [
    { name: 'Inbox', color: '#70728F' },
    { name: 'Selected', color: '#E44057' },
    { name: 'In progress', color: '#E47C40', wipLimit: 8 },
    { name: 'Code review', color: '#B8DDD7', wipLimit: 4 },
    { name: 'QA', color: '#E4CE40', wipLimit: 2 },
    { name: 'Failed QA', color: '#D35450' },
    { name: 'Done', color: '#A8E440', closed: true },
    { name: 'Archived', color: '#A9AABC', closed: true, archived: true },
  ],
};

const support: ProjectSpec = {
  name: 'Beacon Support',
  slug: 'edomalley-beacon-support',
  description: 'Guests and harbour masters ask, we answer.',
  modules: ['issues'],
  isPrivate: false,
  issueStatuses: [
    { name: 'New', color: '#70728F' },
    { name: 'In progress', color: '#40A8E4' },
    { name: 'Ready for test', color: '#E4CE40' },
    { name: 'Closed', color: '#A8E440', closed: true },
    { name: 'Needs Info', color: '#E44057' },
    { name: 'Rejected', color: '#A9AABC', closed: true },
    { name: 'Postponed', color: '#5178D3' },
    { name: 'Waiting for vendor', color: '#8F6B70' },
  ],
};

const kitchen: ProjectSpec = {
  name: 'Kombüse – кухня 厨房 „Ærø“',
  slug: 'frejalindqvist-kombuse-kukhnia-chu-fang-aero',
  description: 'Mittagessen für alle.',
  modules: ['backlog', 'issues'],
};

export interface Organisation {
  readonly people: Readonly<Record<PersonKey, UserRow>>;
  readonly bookings: ScrumTeam;
  readonly platform: KanbanTeam;
  readonly support: SupportTeam;
  readonly kitchen: SideProject;
}

/** Creates accounts, projects, members and boards on the first morning. `now` gives the moment of each step. */
export function found(place: Workplace, now: () => Micros, firstSprintDay: string): Organisation {
  const { taiga, random } = place;
  const users = Object.fromEntries(
    Object.entries(people).map(([key, { username, name, timezone }]) => {
      const account = { username, full_name: name, email: `${username}@saltmarsh.example`, timezone };
      return [key, createUser(taiga, now(), random, account)];
    }),
  ) as Record<PersonKey, UserRow>;
  const { mira, tomas, yuna, ines, piotr, leila, grigor, nkechi, ed, freja } = users;

  const start = (
    owner: UserRow,
    spec: ProjectSpec,
    members: readonly (readonly [UserRow, string])[],
  ): ProjectRow => {
    const project = createProject(taiga, actOf(now(), owner), spec);
    const act = actOf(now(), owner);
    for (const [user, role] of members) addMember(taiga, act, project, user, role);
    return project;
  };

  const bookingsProject = start(mira, bookings, [
    [tomas, 'Back'],
    [piotr, 'Back'],
    [yuna, 'Front'],
    [ines, 'UX'],
    [nkechi, 'Stakeholder'],
  ]);
  const platformProject = start(leila, platform, [
    [grigor, 'Back'],
    [piotr, 'Back'],
    [tomas, 'Back'],
    [nkechi, 'Front'],
  ]);
  const supportProject = start(ed, support, [
    [freja, 'Stakeholder'],
    [grigor, 'Back'],
    [yuna, 'Front'],
    [mira, 'Product Owner'],
  ]);
  const kitchenProject = start(freja, kitchen, [[ines, 'Design']]);

  const lanes = ['Standard', 'Expedite', 'Chores'].map((name) =>
    addSwimlane(taiga, now(), platformProject, name),
  );
  const [, expedite, chores] = lanes;
  const building = statusNamed(taiga, platformProject, 'projects_userstorystatus', 'In progress');
  if (expedite !== undefined) setWipLimit(taiga, expedite, building, 1);
  if (chores !== undefined) setWipLimit(taiga, chores, building, 2);

  return {
    people: users,
    bookings: new ScrumTeam(
      place,
      bookingsProject,
      new Roster({ owner: [mira], front: [yuna], back: [tomas, piotr], ux: [ines], qa: [nkechi] }),
      firstSprintDay,
    ),
    platform: new KanbanTeam(
      place,
      platformProject,
      new Roster({ owner: [leila], dev: [piotr, tomas], ops: [grigor], qa: [nkechi] }),
      lanes,
    ),
    support: new SupportTeam(
      place,
      supportProject,
      new Roster({
        lead: [ed],
        support: [freja, ed],
        engineer: [grigor, yuna],
        reporter: [mira, freja],
        qa: [yuna],
      }),
    ),
    kitchen: new SideProject(place, kitchenProject, new Roster({ owner: [freja], guest: [ines] })),
  };
}
