import { createEpic, createWikiPage, editWikiPage, linkToEpic, setEpicStatus } from '../taiga/planning.js';
import type { EpicRow, ProjectRow, StoryRow, UserRow } from '../taiga/rows.js';
import { createStory, deleteStory, editStory, type StoryPatch } from '../taiga/stories.js';
import { addDays, dateOf, type Micros } from '../taiga/time.js';
import {
  actOf,
  type Deed,
  Forgotten,
  type Option,
  type Roster,
  statusIds,
  type Team,
  type Workplace,
} from './team.js';
import {
  description,
  epicNames,
  obstacle,
  remark,
  someTags,
  subject,
  type Theme,
  wikiLine,
} from './texts.js';

/** What all teams that work with user stories have in common. */
export abstract class StoryTeam implements Team {
  abstract readonly share: number;
  readonly project: ProjectRow;
  readonly roster: Roster;
  protected readonly place: Workplace;
  protected readonly theme: Theme;
  protected readonly forgotten: Forgotten;
  protected readonly status: (name: string) => number;
  protected readonly epicStatus: (name: string) => number;
  /** Stories that are blocked or forgotten until the storyline says otherwise. */
  protected readonly aside = new Set<number>();
  /** Open items of people who left, which nobody took over. */
  readonly #orphans = new Set<number>();
  readonly #linked = new Set<number>();
  readonly #pointIds: ReadonlyMap<string, number>;
  readonly #computableRoles: readonly number[];

  constructor(place: Workplace, project: ProjectRow, roster: Roster, theme: Theme, forgottenLimit: number) {
    const { store } = place.taiga;
    const inProject = (row: { readonly project_id: number }): boolean => row.project_id === project.id;
    this.place = place;
    this.project = project;
    this.roster = roster;
    this.theme = theme;
    this.forgotten = new Forgotten(forgottenLimit);
    this.status = statusIds(store.where('projects_userstorystatus', inProject), project);
    this.epicStatus = statusIds(store.where('projects_epicstatus', inProject), project);
    this.#pointIds = new Map(store.where('projects_points', inProject).map(({ name, id }) => [name, id]));
    this.#computableRoles = store
      .where('users_role', (role) => inProject(role) && role.computable)
      .map(({ id }) => id);
  }

  abstract due(at: Micros): Deed[];
  abstract options(at: Micros): Option[];

  /** Somebody leaves; some of their items stay assigned to them. */
  leave(user: UserRow): void {
    this.roster.leave(user);
    const left = this.stories().filter((story) => story.assigned_to_id === user.id && !story.is_closed);
    for (const story of left.slice(0, 2)) this.#orphans.add(story.id);
  }

  /** Somebody takes over a story that is being worked on. */
  handTo(user: UserRow): Deed | undefined {
    const begun = this.stories().filter(
      (story) => !story.is_closed && story.assigned_to_id !== null && story.assigned_to_id !== user.id,
    );
    return begun.length === 0
      ? undefined
      : this.edit(this.place.random.pick(begun), user, { assignees: [user.id] });
  }

  protected get owner(): UserRow {
    return this.somebody('owner');
  }

  protected somebody(...roles: readonly string[]): UserRow {
    return this.place.random.pick(this.roster.in(...roles));
  }

  protected stories(): StoryRow[] {
    return this.place.taiga.store.where(
      'userstories_userstory',
      (story) => story.project_id === this.project.id,
    );
  }

  /** Whether its assignee has left and nobody took it over. */
  protected isLeftBehind(story: StoryRow): boolean {
    return this.#orphans.has(story.id);
  }

  /** Whether the story is not forgotten. */
  protected isOnMind(story: StoryRow): boolean {
    return !this.forgotten.has(story) && !this.isLeftBehind(story) && !this.aside.has(story.id);
  }

  /** The story's assignee, or a new one if that person has left. */
  protected workerOn(story: StoryRow, ...roles: readonly string[]): UserRow {
    const workers = this.roster.in(...roles);
    return workers.find((worker) => worker.id === story.assigned_to_id) ?? this.place.random.pick(workers);
  }

  protected edit(story: StoryRow, by: UserRow, patch: StoryPatch): Deed {
    return (at) => editStory(this.place.taiga, actOf(at, by), story, patch);
  }

  protected newStory(extra: StoryPatch = {}): Deed {
    const { random, taiga } = this.place;
    return (at) => {
      const by = random.chance(0.7) ? this.owner : random.pick(this.roster.everybody());
      createStory(taiga, actOf(at, by), this.project, {
        subject: subject(random, this.theme),
        description: description(random),
        tags: someTags(random),
        ...(random.chance(0.06) && { client_requirement: true }),
        ...(random.chance(0.06) && { team_requirement: true }),
        ...extra,
      });
    };
  }

  /** Estimates for one to three of the roles; the others keep "?". */
  protected estimate(scale: readonly string[] = ['1/2', '1', '2', '3', '5', '8']): Map<number, number> {
    const { random } = this.place;
    const roles = random.shuffled(this.#computableRoles).slice(0, random.integer(1, 3));
    const points = new Map<number, number>();
    for (const role of roles) {
      const id = this.#pointIds.get(random.pick(scale));
      if (id !== undefined) points.set(role, id);
    }
    return points;
  }

  /** An estimate for one role, which replaces all others. */
  protected smallEstimate(scale: readonly string[] = ['3', '5', '8']): Map<number, number> {
    const { random } = this.place;
    const role = random.pick(this.#computableRoles);
    const points = random.pick(scale);
    return new Map(
      this.#computableRoles.map((id) => [id, this.#pointIds.get(id === role ? points : '?') ?? 0]),
    );
  }

  protected block(story: StoryRow): Deed {
    const { random } = this.place;
    const patch = { is_blocked: true, blocked_note: obstacle(random) };
    return this.edit(story, random.pick(this.roster.everybody()), patch);
  }

  protected unblock(story: StoryRow): Deed {
    return this.edit(story, this.place.random.pick(this.roster.everybody()), {
      is_blocked: false,
      blocked_note: '',
    });
  }

  protected commentOn(story: StoryRow): Deed {
    const { random } = this.place;
    return this.edit(story, random.pick(this.roster.everybody()), { comment: remark(random) });
  }

  protected setDueDate(story: StoryRow, daysFromNow: number): Deed {
    return (at) => this.edit(story, this.owner, { due_date: addDays(dateOf(at), daysFromNow) })(at);
  }

  protected remove(story: StoryRow): Deed {
    return (at) => deleteStory(this.place.taiga, actOf(at, this.owner), story);
  }

  protected epics(): EpicRow[] {
    return this.place.taiga.store.where('epics_epic', (epic) => epic.project_id === this.project.id);
  }

  protected newEpic(): Deed {
    const { random, taiga } = this.place;
    return (at) => {
      const names = epicNames[this.theme];
      const number = this.epics().length;
      createEpic(taiga, actOf(at, this.owner), this.project, {
        subject:
          names[number] ?? `${names[number % names.length]}, part ${Math.floor(number / names.length) + 1}`,
        color: random.pick(['#4B7F99', '#B4522B', '#6A8F3C', '#7A5C99', '#3C7A89', '#A2563F']),
        assigned_to_id: random.pick(this.roster.everybody()).id,
      });
    };
  }

  /** Stories of the last days without an epic. */
  protected unlinked(stories: readonly StoryRow[]): StoryRow[] {
    return stories.filter((story) => !this.#linked.has(story.id)).slice(-8);
  }

  protected link(story: StoryRow): Deed {
    const epics = this.epics().filter((epic) => this.mayLinkTo(epic));
    const open = epics.filter((epic) => epic.status_id !== this.epicStatus('Done'));
    const epic = this.place.random.pick(open.length > 0 ? open : epics);
    return (at) => {
      this.#linked.add(story.id);
      linkToEpic(this.place.taiga, actOf(at, this.owner), epic, story);
    };
  }

  /** Whether new stories may be linked to this epic at random. */
  protected mayLinkTo(_epic: EpicRow): boolean {
    return true;
  }

  /** Sometimes moves an epic as its stories require; after one that is done comes the next. */
  protected reviewEpics(): Deed | undefined {
    const { store } = this.place.taiga;
    const open = this.epics().filter((epic) => epic.status_id !== this.epicStatus('Done'));
    if (open.length < 3) return this.newEpic();
    for (const epic of this.place.random.shuffled(open)) {
      const links = store.belongingTo('epics_relateduserstory', epic.id);
      const closed = links.filter(
        (link) => store.get('userstories_userstory', link.user_story_id).is_closed,
      ).length;
      const wanted =
        closed >= 24 && closed >= 0.8 * links.length ? 'Done' : closed > 0 ? 'In progress' : 'New';
      if (wanted !== 'New' && epic.status_id !== this.epicStatus(wanted)) {
        return (at) => setEpicStatus(this.place.taiga, actOf(at, this.owner), epic, this.epicStatus(wanted));
      }
    }
    return undefined;
  }

  protected writeWiki(): Deed {
    const { random, taiga } = this.place;
    const pages = taiga.store.where('wiki_wikipage', (page) => page.project_id === this.project.id);
    return (at) => {
      const act = actOf(at, random.pick(this.roster.everybody()));
      const slugs = ['home', 'definition-of-done', 'releases', 'how-we-work'];
      const slug = slugs[pages.length];
      if (slug !== undefined && (pages.length === 0 || random.chance(0.3))) {
        createWikiPage(taiga, act, this.project, slug, `# ${slug}\n\n${wikiLine(random)}`);
      } else {
        const page = random.pick(pages);
        const lines = page.content.split('\n\n').slice(0, 6);
        editWikiPage(taiga, act, page, [lines[0], wikiLine(random), ...lines.slice(1)].join('\n\n'));
      }
    };
  }
}
