import { z } from 'zod';

/**
 * The name of a time zone that all its readers know and read alike, all year: Node.js (schedules, periods), PostgreSQL (days,
 * sprints) and Alertmanager (quiet times). Only the names of the IANA database are such, and of the short ones only those that
 * are in no list of abbreviations with another meaning.
 */
export const timeZone = z.string().superRefine((name, context) => {
  const problem = problemOf(name);
  if (problem !== undefined) context.addIssue(`"${name}" ${problem}`);
});

const AREAS =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\//i;

const SHORT = new Set(
  `UTC GMT UCT Zulu Universal Greenwich EST MST HST EST5EDT CST6CDT MST7MDT PST8PDT Cuba Egypt Eire GB GB-Eire Hongkong Iceland
   Iran Israel Jamaica Japan Kwajalein Libya NZ NZ-CHAT Navajo PRC Poland Portugal ROC ROK Singapore Turkey W-SU`.split(
    /\s+/,
  ),
);

/** Known to Node.js alone. */
const OTHERS_LACK = new Set(['US/Pacific-New']);

function problemOf(name: string): string | undefined {
  const known = canonicalName(name);
  if (known === undefined) return 'is not a time zone; use an IANA name like Europe/Berlin';
  if (SHORT.has(name)) return undefined;
  // Alertmanager needs capitals where they belong.
  const spelled = [known, ...SHORT].find(
    (other) => other.toLowerCase() === name.toLowerCase() && isIana(other),
  );
  if (spelled !== undefined) return spelled === name ? undefined : `is spelled ${spelled}`;
  if (!isIana(name))
    return 'is a time zone that programs read in different ways; use an IANA name like Europe/Berlin';
  // An older name, whose spelling is not known here: no part of one is in small letters or capitals only.
  const isOdd = name.split('/').some((part) => /^[a-z]/.test(part) || /^[A-Z]{4}/.test(part));
  return isOdd ? 'is not spelled like the names of the IANA database, like Europe/Berlin' : undefined;
}

function isIana(name: string): boolean {
  return (SHORT.has(name) || AREAS.test(name)) && !OTHERS_LACK.has(name);
}

/** What Node.js takes the name for; undefined when it does not know it. */
function canonicalName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
