import type { Random } from '../random.js';

/** The texts that people write. A subject is made from parts, so that a year has enough different ones. */

interface Vocabulary {
  readonly openings: readonly string[];
  readonly things: readonly string[];
  readonly endings: readonly string[];
}

const bookingStories: Vocabulary = {
  openings: [
    'Show',
    'Let guests change',
    'Export',
    'Send',
    'Remember',
    'Explain',
    'Redesign',
    'Speed up',
    'Validate',
    'Group',
  ],
  things: [
    'berth prices',
    'tide tables',
    'the arrival form',
    'booking reminders',
    'the harbour map',
    'group bookings',
    'mooring photos',
    'the waiting list',
    'deposit refunds',
    'season passes',
    'crew lists',
    'the invoice page',
  ],
  endings: [
    '',
    ' on small screens',
    ' for returning guests',
    ' in the harbour office',
    ' in four languages',
    ' before payment',
  ],
};

const platformStories: Vocabulary = {
  openings: [
    'Rotate',
    'Automate',
    'Measure',
    'Upgrade',
    'Simplify',
    'Document',
    'Cache',
    'Move',
    'Harden',
    'Alert on',
  ],
  things: [
    'database backups',
    'the build cache',
    'service certificates',
    'the staging cluster',
    'log shipping',
    'the message queue',
    'deploy approvals',
    'session storage',
    'image scanning',
    'the payment gateway',
    'feature flags',
    'the tide data import',
  ],
  endings: [
    '',
    ' for every service',
    ' without downtime',
    ' in the second region',
    ' with one command',
    ' after hours',
  ],
};

const issueSubjects: Vocabulary = {
  openings: [
    'Cannot open',
    'Wrong amount on',
    'No confirmation for',
    'Question about',
    'Error message after saving',
    'Duplicate entries in',
    'Slow answer from',
    'Misleading text on',
  ],
  things: [
    'the booking calendar',
    'a cancelled berth',
    'the monthly statement',
    'the guest portal',
    'the gate code',
    'a season pass',
    'the harbour fee report',
    'the tide widget',
    'the contact form',
    'a group booking',
  ],
  endings: [
    '',
    ' on a tablet',
    ' since this morning',
    ' for one harbour only',
    ' after the update',
    ' with an old browser',
  ],
};

const kitchenStories: Vocabulary = {
  openings: [
    'Einkaufsliste',
    'Rezept des Tages',
    'Меню недели',
    '週の献立',
    'Zutaten „Grünkohl“',
    'Список покупок',
  ],
  things: [' teilen', ' drucken', ' → Kalender', ' (Änderung)', ' für 12 Gäste', ' ohne Nüsse'],
  endings: ['', ' 🍲', ' – später'],
};

const vocabularies = {
  booking: bookingStories,
  platform: platformStories,
  issue: issueSubjects,
  kitchen: kitchenStories,
};

export type Theme = keyof typeof vocabularies;

export function subject(random: Random, theme: Theme): string {
  return subjectOf(random, vocabularies[theme], theme === 'kitchen' ? '' : ' ');
}

function subjectOf(random: Random, { openings, things, endings }: Vocabulary, gap = ' '): string {
  return `${random.pick(openings)}${gap}${random.pick(things)}${random.pick(endings)}`;
}

export const epicNames: Readonly<Record<Theme, readonly string[]>> = {
  booking: [
    'Guest self-service',
    'Harbour office',
    'Payments',
    'Tides and weather',
    'Season passes',
    'Group travel',
    'Paperless arrival',
    'Harbour partners',
    'Winter storage',
  ],
  platform: [
    'Two regions',
    'Quiet nights',
    'Short builds',
    'Known costs',
    'No passwords',
    'Tested restores',
    'One pipeline',
  ],
  issue: ['Support'],
  kitchen: ['Küche'],
};

const taskSubjects = [
  'Sketch the screen',
  'Write the migration',
  'Build the endpoint',
  'Wire up the form',
  'Cover with tests',
  'Check keyboard access',
  'Update the help page',
  'Translate the texts',
  'Measure before and after',
  'Clean up behind the flag',
] as const;

export const taskSubject = (random: Random): string => random.pick(taskSubjects);

const remarks = [
  'Had a first look, this is smaller than it sounds.',
  'Tried it on staging, works for me.',
  'Waiting for numbers from the harbour office.',
  'Paired on this with the platform team.',
  'The design changed a little, see the wiki.',
  'Left a note for the next release.',
  'Can somebody review this today?',
  'Found a second case, adding it here.',
  'Agreed in the weekly: we keep it simple.',
  'Rolled out to one harbour first.',
] as const;

export const remark = (random: Random): string => random.pick(remarks);

const questions = [
  'Which browser was that, please?',
  'Could you send us the booking number?',
  'Does it still happen after signing in again?',
  'We cannot reproduce it, is there a screenshot?',
] as const;

export const question = (random: Random): string => random.pick(questions);

const obstacles = [
  'Waiting for the payment provider',
  'Needs a decision on refunds',
  'Test harbour is offline',
  'Blocked by the certificate renewal',
  'Legal has to approve the text',
] as const;

export const obstacle = (random: Random): string => random.pick(obstacles);

const descriptions = [
  'As a harbour master I want to see this at a glance, so that I can help guests at the desk.',
  'Guests ask for it every summer.\n\nKeep it simple, one screen is enough.',
  'Came up in the retrospective. See the wiki for the sketch.',
  '',
] as const;

export const description = (random: Random): string => random.pick(descriptions);

export const releaseName = 'Release 4: paperless arrival';

export const releaseNotes = [
  '# release-4',
  'Guests arrive without paper: crew lists, fees and the gate code are on their phone.',
  'Whatever was not ready by today comes later, or not at all.',
].join('\n\n');

const releaseBugs: Vocabulary = {
  openings: [
    'Cannot confirm',
    'Wrong fee on',
    'Blank page instead of',
    'Lost',
    'Timeout while saving',
    'Two of',
  ],
  things: [
    'the arrival form',
    'the crew list',
    'the gate code',
    'the berth map',
    'the receipt',
    'the guest card',
  ],
  endings: ['', ' on older phones', ' for groups', ' in the harbour office', ' for returning guests'],
};

export const releaseBug = (random: Random): string => `${subjectOf(random, releaseBugs)} since release 4`;

const hotfixes = [
  'Hotfix: arrivals are lost when the phone is offline',
  'Hotfix: gate codes of cancelled berths still work',
  'Hotfix: receipts show the fee twice',
  'Hotfix: crew lists of groups time out',
] as const;

export const hotfix = (number: number): string => hotfixes[number % hotfixes.length] ?? hotfixes[0];

const tags = ['mobile', 'payments', 'accessibility', 'quick win', 'customer', 'tech debt', 'docs'] as const;

export const someTags = (random: Random): string[] =>
  random.shuffled(tags).slice(
    0,
    random.weighted([
      [0, 6],
      [1, 3],
      [2, 1],
    ]) ?? 0,
  );

const wikiLines = [
  'Decisions are collected here, newest first.',
  'Ask in the channel before changing the limits.',
  'The checklist moved to the definition of done.',
  'Release notes are written on the last day of the sprint.',
] as const;

export const wikiLine = (random: Random): string => random.pick(wikiLines);
