import { hasClosedStatus } from '../taiga/closing.js';
import { createIssue, editIssue } from '../taiga/issues.js';
import type { ProjectRow } from '../taiga/rows.js';
import { StoryTeam } from './story-team.js';
import { actOf, type Deed, lack, type Option, type Roster, type Workplace } from './team.js';
import { subject } from './texts.js';

/** Two colleagues with a small project, whose names contain many letters beyond ASCII. */
export class SideProject extends StoryTeam {
  readonly share = 0.02;

  constructor(place: Workplace, project: ProjectRow, roster: Roster) {
    super(place, project, roster, 'kitchen', 3);
  }

  kickOff(): Deed[] {
    return Array.from({ length: 4 }, () => this.newStory());
  }

  override due(): Deed[] {
    return [];
  }

  override options(): Option[] {
    const { random, taiga } = this.place;
    const open = this.stories().filter((story) => !story.is_closed);
    const issues = taiga.store.where(
      'issues_issue',
      (issue) =>
        issue.project_id === this.project.id &&
        !hasClosedStatus(taiga.store, 'projects_issuestatus', issue.status_id),
    );
    const path = ['New', 'Ready', 'In progress', 'Ready for test', 'Done'].map((name) => this.status(name));
    const [story] = random.shuffled(open);
    const [issue] = random.shuffled(issues);
    const options: Option[] = [[this.newStory(), lack(open.length, 7)]];
    if (story !== undefined) {
      const next = path[path.indexOf(story.status_id ?? 0) + 1] ?? this.status('Done');
      const points = story.status_id === this.status('New') ? { points: this.estimate() } : {};
      options.push([
        this.edit(story, this.owner, { status_id: next, assignees: [this.owner.id], ...points }),
        1,
      ]);
    }
    options.push([
      (at) =>
        void createIssue(taiga, actOf(at, this.owner), this.project, {
          subject: `${subject(random, 'kitchen')}?`,
        }),
      0.3 * lack(issues.length, 4),
    ]);
    const [closed] = taiga.store.where(
      'projects_issuestatus',
      (row) => row.project_id === this.project.id && row.is_closed,
    );
    if (issue !== undefined && closed !== undefined) {
      options.push([
        (at) => void editIssue(taiga, actOf(at, this.owner), issue, { status_id: closed.id }),
        0.15,
      ]);
    }
    return options;
  }
}
