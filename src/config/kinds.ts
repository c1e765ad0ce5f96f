/** Taiga's own names. */
export const KINDS = ['epic', 'userstory', 'task', 'issue'] as const;
export type Kind = (typeof KINDS)[number];
