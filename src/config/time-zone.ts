import { z } from 'zod';

/** The name of a time zone in the IANA database. */
export const timeZone = z.string().refine(isTimeZone, {
  error: (issue) => `"${String(issue.input)}" is not a time zone; use an IANA name like Europe/Berlin`,
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
