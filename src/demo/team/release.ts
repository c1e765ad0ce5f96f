import { statusNamed } from '../taiga/boards.js';
import { createEpic, createWikiPage, linkToEpic, setEpicStatus } from '../taiga/planning.js';
import type { EpicRow, ProjectRow, StoryRow, UserRow } from '../taiga/rows.js';
import { editStory } from '../taiga/stories.js';
import { actOf, type Deed, type Roster, type Workplace } from './team.js';
import { releaseName, releaseNotes } from './texts.js';

/** The work for a release: its epic, its stories, and its release day. */
export class Release {
  readonly #place: Workplace;
  readonly #project: ProjectRow;
  readonly #roster: Roster;
  #epic: EpicRow | undefined;
  #isOut = false;

  constructor(place: Workplace, project: ProjectRow, roster: Roster) {
    this.#place = place;
    this.#project = project;
    this.#roster = roster;
  }

  announce(): Deed {
    return (at) => {
      const fields = { subject: releaseName, color: '#B4522B', assigned_to_id: this.#owner.id };
      this.#epic = createEpic(this.#place.taiga, actOf(at, this.#owner), this.#project, fields);
    };
  }

  /** Stories are not linked to the release's epic at random. */
  isOf(epic: EpicRow): boolean {
    return epic.id === this.#epic?.id;
  }

  /** Adds a story of a sprint to the release, while it is being worked on. */
  include(story: StoryRow): Deed {
    return (at) => {
      if (this.#epic === undefined || this.#isOut) return;
      const { taiga } = this.#place;
      const links = taiga.store.belongingTo('epics_relateduserstory', this.#epic.id);
      if (links.some((link) => link.user_story_id === story.id)) return;
      linkToEpic(taiga, actOf(at, this.#owner), this.#epic, story);
    };
  }

  /** Writes release notes, comments on what is live, and closes what will not be done any more. */
  goOut(leftovers: readonly StoryRow[]): Deed[] {
    const { taiga } = this.#place;
    const epic = this.#epic;
    if (epic === undefined) return [];
    this.#isOut = true;
    const stories = taiga.store
      .belongingTo('epics_relateduserstory', epic.id)
      .map((link) => taiga.store.get('userstories_userstory', link.user_story_id));
    const live = stories.filter((story) => story.is_closed).slice(-4);
    const dropped = [...stories.filter((story) => !story.is_closed), ...leftovers];
    const rejected = statusNamed(taiga, this.#project, 'projects_userstorystatus', 'Rejected').id;
    const done = statusNamed(taiga, this.#project, 'projects_epicstatus', 'Done').id;
    return [
      (at) => void createWikiPage(taiga, actOf(at, this.#owner), this.#project, 'release-4', releaseNotes),
      ...live.map(
        (story): Deed =>
          (at) =>
            editStory(taiga, actOf(at, this.#owner), story, { comment: 'Live in all harbours since today.' }),
      ),
      ...dropped.map(
        (story): Deed =>
          (at) =>
            editStory(taiga, actOf(at, this.#owner), story, {
              status_id: rejected,
              comment: 'Not needed any more, now that release 4 is out.',
            }),
      ),
      (at) => setEpicStatus(taiga, actOf(at, this.#owner), epic, done),
    ];
  }

  get #owner(): UserRow {
    return this.#place.random.pick(this.#roster.in('owner'));
  }
}
