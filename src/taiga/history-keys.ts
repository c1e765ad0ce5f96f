/** What Taiga keeps history of, by the beginning of the history keys, with the table whose id follows in them. */
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
/** The models of items, without whose tables nothing can be told. */
export const ITEM_MODELS: readonly Model[] = MODELS.slice(0, 4);

/** As both PostgreSQL and JavaScript read it. */
export const KEY_PATTERN = `^(${MODELS.map((model) => model.replace('.', '[.]')).join('|')}):[0-9]{1,9}$`;
const keyExpression = new RegExp(KEY_PATTERN);

export function isHistoryKey(key: string): boolean {
  return keyExpression.test(key);
}
