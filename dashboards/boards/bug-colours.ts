/** Of the severities and priorities that Taiga gives a new project: by chance the worst would be green. */
export const SEVERITY_COLOURS = {
  Wishlist: 'purple',
  Minor: 'blue',
  Normal: 'yellow',
  Important: 'orange',
  Critical: 'red',
} as const;

export const PRIORITY_COLOURS = { Low: 'blue', Normal: 'yellow', High: 'red' } as const;
