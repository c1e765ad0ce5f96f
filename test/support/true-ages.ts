import type { TrueWork } from './true-work.js';

/** A distribution of ages as of a moment: of each item that counts its label values, joined by ` | `, and its age. */
export interface TrueAges {
  readonly collector: string;
  readonly metric: string;
  readonly labels: readonly string[];
  readonly read: (work: TrueWork, atMs: number) => readonly Age[];
}

export interface Age {
  readonly labels: string;
  readonly seconds: number;
}

const COLUMN_STAGES = ['ready', 'active', 'waiting'];

export const AGES: readonly TrueAges[] = [
  {
    collector: 'item_age',
    metric: 'taiga_item_age_seconds',
    labels: ['project', 'kind', 'stage'],
    read: (work, atMs) =>
      open(work).map((item) => ({
        labels: `${item.project} | ${item.kind} | ${work.status(item).stage}`,
        seconds: (atMs - item.bornAt) / 1000,
      })),
  },
  {
    collector: 'column_ages',
    metric: 'taiga_wip_age_seconds',
    labels: ['project', 'kind'],
    read: (work, atMs) =>
      open(work)
        .filter((item) => work.isInProgress(item))
        .map((item) => ({
          labels: `${item.project} | ${item.kind}`,
          seconds: (atMs - (item.startedAt ?? Number.NaN)) / 1000,
        })),
  },
  {
    collector: 'column_ages',
    metric: 'taiga_status_age_seconds',
    labels: ['project', 'kind', 'status', 'stage'],
    read: (work, atMs) =>
      open(work).flatMap((item) => {
        const { name, stage } = work.status(item);
        if (!COLUMN_STAGES.includes(stage)) return [];
        return [
          {
            labels: `${item.project} | ${item.kind} | ${name} | ${stage}`,
            seconds: (atMs - item.enteredAt) / 1000,
          },
        ];
      }),
  },
];

function open(work: TrueWork) {
  return [...work.items.values()].filter((item) => !work.isClosed(item));
}
