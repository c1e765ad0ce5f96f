/** The models of which Taiga keeps history: the prefix of the history key, and the table of the id that follows it. */
export const TABLES = {
  'epics.epic': 'epics_epic',
  'userstories.userstory': 'userstories_userstory',
  'tasks.task': 'tasks_task',
  'issues.issue': 'issues_issue',
  'epics.relateduserstory': 'epics_relateduserstory',
  'milestones.milestone': 'milestones_milestone',
  'wiki.wikipage': 'wiki_wikipage',
  'projects.project': 'projects_project',
} as const;

export type Model = keyof typeof TABLES;
export const MODELS = Object.keys(TABLES) as Model[];
/** The models of items. Without their tables nothing can be read. */
export const ITEM_MODELS: readonly Model[] = MODELS.slice(0, 4);

/** A regular expression that PostgreSQL and JavaScript read in the same way. */
export const KEY_PATTERN = `^(${MODELS.map((model) => model.replace('.', '[.]')).join('|')}):[0-9]{1,9}$`;
const keyExpression = new RegExp(KEY_PATTERN);

export function isHistoryKey(key: string): boolean {
  return keyExpression.test(key);
}
