import { isInProgress, type TrueWork } from './true-work.js';

/** A distribution of ages as of a moment: of each item that counts its label values, joined by ` | `, and its age. */
export interface TrueAges {
  readonly collector: string;
  readonly metric: string;
  readonly labels: readonly string[];
  readonly read: (work: TrueWork, atMs: number) => readonly Age[];
}

export interface Age {
  readonly labels: string;
  /** In milliseconds. */
  readonly ms: number;
}

const COLUMN_STAGES = ['ready', 'active', 'waiting'];

export const AGES: readonly TrueAges[] = [
  {
    collector: 'item_age',
    metric: 'taiga_item_age_seconds',
    labels: ['project', 'kind', 'stage'],
    read: (work, atMs) =>
      work.openItems().map((item) => ({
        labels: `${item.project} | ${item.kind} | ${item.status.stage}`,
        ms: atMs - item.bornAt,
      })),
  },
  {
    collector: 'column_ages',
    metric: 'taiga_wip_age_seconds',
    labels: ['project', 'kind'],
    read: (work, atMs) =>
      work
        .openItems()
        .filter((item) => isInProgress(item))
        .map((item) => ({
          labels: `${item.project} | ${item.kind}`,
          ms: atMs - (item.startedAt ?? Number.NaN),
        })),
  },
  {
    collector: 'column_ages',
    metric: 'taiga_status_age_seconds',
    labels: ['project', 'kind', 'status', 'stage'],
    read: (work, atMs) =>
      work.openItems().flatMap((item) => {
        const { name, stage } = item.status;
        if (!COLUMN_STAGES.includes(stage)) return [];
        return [
          {
            labels: `${item.project} | ${item.kind} | ${name} | ${stage}`,
            ms: atMs - item.enteredAt,
          },
        ];
      }),
  },
];
