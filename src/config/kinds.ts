/** The kinds of items, in Taiga's own words. */
export const KINDS = ['epic', 'userstory', 'task', 'issue'] as const;
export type Kind = (typeof KINDS)[number];
