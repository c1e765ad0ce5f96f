/** The defaults of a new project, and the settings that a team can change. */

export interface ChoiceSpec {
  readonly name: string;
  readonly color: string;
  readonly order?: number;
}

export interface StatusSpec extends ChoiceSpec {
  readonly closed?: boolean;
  readonly archived?: boolean;
  readonly wipLimit?: number;
}

export interface ProjectSpec {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly modules: readonly ('backlog' | 'kanban' | 'issues' | 'wiki' | 'epics')[];
  readonly isPrivate?: boolean;
  readonly storyStatuses?: readonly StatusSpec[];
  readonly taskStatuses?: readonly StatusSpec[];
  readonly issueStatuses?: readonly StatusSpec[];
  readonly epicStatuses?: readonly StatusSpec[];
  readonly issueTypes?: readonly ChoiceSpec[];
  readonly severities?: readonly ChoiceSpec[];
  readonly priorities?: readonly ChoiceSpec[];
}

export const defaultStoryStatuses: readonly StatusSpec[] = [
  { name: 'New', color: '#70728F' },
  { name: 'Ready', color: '#E44057' },
  { name: 'In progress', color: '#E47C40' },
  { name: 'Ready for test', color: '#E4CE40' },
  { name: 'Done', color: '#A8E440', closed: true },
  { name: 'Archived', color: '#A9AABC', closed: true, archived: true },
];

export const defaultTaskStatuses: readonly StatusSpec[] = [
  { name: 'New', color: '#70728F' },
  { name: 'In progress', color: '#E47C40' },
  { name: 'Ready for test', color: '#E4CE40' },
  { name: 'Closed', color: '#A8E440', closed: true },
  { name: 'Needs Info', color: '#5178D3' },
];

export const defaultIssueStatuses: readonly StatusSpec[] = [
  { name: 'New', color: '#70728F' },
  { name: 'In progress', color: '#40A8E4' },
  { name: 'Ready for test', color: '#E4CE40' },
  { name: 'Closed', color: '#A8E440', closed: true },
  { name: 'Needs Info', color: '#E44057' },
  { name: 'Rejected', color: '#A9AABC', closed: true },
  { name: 'Postponed', color: '#5178D3' },
];

export const defaultEpicStatuses: readonly StatusSpec[] = [
  { name: 'New', color: '#70728F' },
  { name: 'Ready', color: '#E44057' },
  { name: 'In progress', color: '#E47C40' },
  { name: 'Ready for test', color: '#E4CE40' },
  { name: 'Done', color: '#A8E440', closed: true },
];

export const defaultIssueTypes: readonly ChoiceSpec[] = [
  { name: 'Bug', color: '#E44057' },
  { name: 'Question', color: '#5178D3' },
  { name: 'Enhancement', color: '#40E4CE' },
];

export const defaultSeverities: readonly ChoiceSpec[] = [
  { name: 'Wishlist', color: '#70728F' },
  { name: 'Minor', color: '#40A8E4' },
  { name: 'Normal', color: '#40E47C' },
  { name: 'Important', color: '#E4A240' },
  { name: 'Critical', color: '#D35450' },
];

export const defaultPriorities: readonly ChoiceSpec[] = [
  { name: 'Low', color: '#A8E440', order: 1 },
  { name: 'Normal', color: '#E4CE40', order: 3 },
  { name: 'High', color: '#E47C40', order: 5 },
];

export const points: readonly (readonly [name: string, value: number | null])[] = [
  ['?', null],
  ['0', 0],
  ['1/2', 0.5],
  ['1', 1],
  ['2', 2],
  ['3', 3],
  ['5', 5],
  ['8', 8],
  ['10', 10],
  ['13', 13],
  ['20', 20],
  ['40', 40],
];

export interface RoleSpec {
  readonly name: string;
  readonly slug: string;
  readonly computable: boolean;
}

export const roles: readonly RoleSpec[] = [
  { name: 'UX', slug: 'ux', computable: true },
  { name: 'Design', slug: 'design', computable: true },
  { name: 'Front', slug: 'front', computable: true },
  { name: 'Back', slug: 'back', computable: true },
  { name: 'Product Owner', slug: 'product-owner', computable: false },
  { name: 'Stakeholder', slug: 'stakeholder', computable: false },
];

export const viewPermissions: readonly string[] = [
  'view_project',
  'view_milestones',
  'view_epics',
  'view_us',
  'view_tasks',
  'view_issues',
  'view_wiki_pages',
  'view_wiki_links',
];

export const memberPermissions: readonly string[] = [
  ...viewPermissions,
  ...['milestone', 'epic', 'us', 'task', 'issue', 'wiki_page'].flatMap((what) => [
    `add_${what}`,
    `modify_${what}`,
    `delete_${what}`,
  ]),
  ...['epic', 'us', 'task', 'issue', 'wiki_page'].map((what) => `comment_${what}`),
  'add_wiki_link',
  'delete_wiki_link',
];
