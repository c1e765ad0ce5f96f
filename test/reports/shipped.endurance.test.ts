import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { hasSample, SAMPLE_NOW } from '../support/ground-truth.js';
import { hasPostgres } from '../support/postgres.js';
import { Samples, samplesAt } from '../support/samples.js';
import { readTaigaRecords, type TaigaRecords } from '../support/taiga-records.js';
import { replayTold } from '../support/told-past.js';
import {
  type DiaryLine,
  isItemLine,
  issueTraits,
  keyOf,
  momentOf,
  readDiary,
  replayGauges,
  type TrueEvent,
  type TrueEvents,
} from '../support/true-past.js';
import { replaySprints } from '../support/true-sprints.js';
import { AS_RECORDED, isInProgress, type TrueWork, type WorkItem, WorkReplay } from '../support/true-work.js';
import { openSampleReports, type Rows, type SampleReports } from './sample-reports.js';

const SHOP = 'marialopez-webshop';
const PROJECTS = [SHOP, 'helensmith-helpdesk', 'jonasweber-platform'];
/** A day, a week that ends with a sprint, a quarter, and more than half a year up to the sample's end. */
const PERIODS = [
  ['2026-06-16', '2026-06-16'],
  ['2026-03-23', '2026-03-29'],
  ['2026-07-01', '2026-09-30'],
  ['2026-04-01T00:00:00Z', SAMPLE_NOW],
] as const;

const DAY_MS = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The end of a period: a moment, or the end of a day. */
const endOf = (to: string): number => (to.includes('T') ? Date.parse(to) : Date.parse(to) + DAY_MS);
const ENDS = PERIODS.map(([, to]) => endOf(to)).toSorted((a, b) => a - b);

const KINDS_ASKED_FOR = ['userstory', 'issue'];
const isBugType = (type: string | undefined): boolean => type === 'Bug' || type === 'Incident';
const isOpenStage = (stage: string): boolean => stage !== 'done' && stage !== 'discarded';

/** Read from the metrics, whose definition the reports share. */
const COLLECTORS = [
  ...['issues', 'issue_flow', 'items_unassigned', 'items_stale', 'items_blocked', 'due_dates'],
  ...['userstories_unestimated', 'lifecycle', 'column_ages', 'item_age'],
  ...['sprint_commitment', 'sprint_scope', 'sprint_scope_changes'],
];

/** The reports about the sample, against the diary of the simulation that made it and against the metrics at the same moment. */
describe.skipIf(!hasSample || !hasPostgres)(
  'the shipped reports of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let sample: SampleReports;
    let diary: DiaryLine[];
    let records: TaigaRecords;
    let events: TrueEvents;
    let traitsOf: (id: number, at: number) => string;
    /** The numbers that items have today, by `issue 12`; without those that were deleted. */
    let refs: ReadonlyMap<string, number>;
    /** The metrics at the ends of the periods. */
    let past: Samples[];

    beforeAll(async () => {
      sample = await openSampleReports('thresholds: { attention_items: 100 }\n');
      const { kit, url } = sample;
      diary = readDiary();
      records = await readTaigaRecords(url);
      ({ events } = replayTold(diary));
      traitsOf = issueTraits(diary);
      refs = new Map([...workAt(Date.parse(SAMPLE_NOW)).items].map(([key, { ref }]) => [key, ref]));
      const timeline = createDatabaseTimeline({
        collectors: COLLECTORS.map((name) => kit.collector(name)),
        reader: kit.reader,
        values: kit.values(SAMPLE_NOW),
        targetLabels: {},
      });
      past = await samplesAt(timeline, ENDS);
    });
    afterAll(() => sample?.close());

    const metricsAt = (ms: number): Samples => past[ENDS.indexOf(ms)] ?? Samples.ofTable({});
    /** An increase of a counter needs the value at the beginning, too: so it is counted from the diary's events. */
    const within = (project: string, from: string, to: string) => {
      const [fromMs, toMs] = [Date.parse(from), endOf(to)];
      return ({ at, labels }: TrueEvent): boolean =>
        labels.split(' | ')[0] === project && at >= fromMs && at < toMs;
    };
    const workAt = (ms: number): TrueWork => new WorkReplay(diary, records, AS_RECORDED).at(ms);

    describe.each(PROJECTS)('%s', (project) => {
      describe.each(PERIODS)('from %s to %s', (from, to) => {
        const [fromMs, toMs] = [Date.parse(from), endOf(to)];

        describe('bugs', () => {
          let sections: Readonly<Record<string, Rows>>;
          beforeAll(async () => {
            sections = await sample.sectionsOf('bugs', [project], from, to);
          });

          const isBugEvent = ({ labels }: TrueEvent): boolean => isBugType(labels.split(' | ')[1]);
          const bugsOf = (name: 'issuesCreated' | 'issuesClosed' | 'issueLeadTime'): TrueEvent[] =>
            events[name].filter(within(project, from, to)).filter(isBugEvent);
          const reopenedBugs = (): TrueEvent[] =>
            events.reopened
              .filter(within(project, from, to))
              .filter(
                ({ item, at }) =>
                  item.startsWith('issue ') && isBugType(traitsOf(idOf(item), at).split(' | ')[0]),
              );
          const openBugsAt = (
            ms: number,
          ): { key: string; severity: string; age: number; isInProgress: boolean }[] =>
            [...workAt(ms).items.values()].flatMap((item) => {
              if (item.kind !== 'issue' || item.project !== project || !isOpenStage(item.status.stage))
                return [];
              const [type, severity = ''] = traitsOf(item.id, ms).split(' | ');
              if (!isBugType(type)) return [];
              return [
                {
                  key: keyOfItem(item),
                  severity,
                  age: (ms - item.bornAt) / 1000,
                  isInProgress: isInProgress(item),
                },
              ];
            });

          it('come in, go out, are open and reopened as the diary says', () => {
            const [created, closed] = [bugsOf('issuesCreated').length, bugsOf('issuesClosed').length];
            const [row] = sections.in_and_out ?? [];
            expect(row).toMatchObject({
              created,
              closed,
              net: created - closed,
              open: openBugsAt(toMs).length,
              reopened: reopenedBugs().length,
            });
            expectClose(row?.lead_time, median(bugsOf('issueLeadTime').map(({ amount }) => amount)));
          });

          it('are as many as the metrics count', () => {
            const metrics = metricsAt(toMs);
            const counted = Object.entries(metrics.table('taiga_issues', ['project', 'issue_type', 'stage']))
              .map(([labels, count]) => [...labels.split(' | '), count] as const)
              .filter(
                ([of, type, stage]) =>
                  of === project && isBugType(String(type)) && isOpenStage(String(stage)),
              );
            const open = sum(counted.map((cell) => Number(cell.at(-1))));
            expect(sections.in_and_out?.[0]?.open).toBe(open);
            expect(sum((sections.by_severity ?? []).map((row) => Number(row.open)))).toBe(open);
          });

          it('are open by severity and age, the worst first', () => {
            const open = openBugsAt(toMs);
            const expected = SEVERITIES.flatMap((severity) => {
              const some = open.filter((bug) => bug.severity === severity);
              if (some.length === 0) return [];
              const ages = some.map(({ age }) => age);
              const inProgress = some.filter((bug) => bug.isInProgress).length;
              return [
                {
                  severity,
                  open: some.length,
                  in_progress: inProgress,
                  median_age: median(ages),
                  oldest: Math.max(...ages),
                },
              ];
            });
            expect(shortened(sections.by_severity)).toEqual(shortened(expected));
            expect(sum(expected.map((row) => row.open))).toBe(open.length);
          });

          it('add up over time, week by week or month by month', () => {
            const rows = sections.over_time ?? [];
            const isLong = toMs - fromMs > 184 * DAY_MS;
            const begins = beginnings(fromMs, toMs, isLong);
            expect(rows.map((row) => row.begins)).toEqual(begins.map(dayOf));
            for (const [i, begin] of begins.entries()) {
              const end = begins[i + 1] ?? toMs;
              const count = (found: readonly TrueEvent[]): number =>
                found.filter(({ at }) => at >= begin && at < end).length;
              const [created, closed] = [count(bugsOf('issuesCreated')), count(bugsOf('issuesClosed'))];
              expect(rows[i]).toEqual({
                begins: dayOf(begin),
                created,
                closed,
                net: created - closed,
                reopened: count(reopenedBugs()),
                open: openBugsAt(end).length,
              });
            }
          });

          it('took so long, the longest first', () => {
            const longest = bugsOf('issueLeadTime')
              .map(({ amount, at, labels }) => ({
                lead_time: amount,
                at: new Date(at).toISOString().slice(0, 19),
                severity: labels.split(' | ')[2],
              }))
              .toSorted((a, b) => b.lead_time - a.lead_time)
              .slice(0, 10);
            const found = (sections.slowest ?? []).map(({ lead_time, at, severity }) => ({
              lead_time,
              at: String(at).slice(0, 19),
              severity,
            }));
            expect(shortened(found)).toEqual(shortened(longest));
          });

          it('are named that were created, the newest first', () => {
            const work = workAt(toMs);
            const expected = bugsOf('issuesCreated').map(({ at, item, labels }) => [
              new Date(at).toISOString().slice(0, 19),
              refs.get(item) ?? null,
              labels.split(' | ')[2],
              work.items.get(item)?.status.name ?? null,
            ]);
            expectNewest(
              (sections.created ?? []).map(({ at, ref, severity, status }) => [
                String(at).slice(0, 19),
                ref === null ? null : Number(ref),
                severity,
                status,
              ]),
              expected,
            );
          });

          it('are named that were closed, the last one first', () => {
            const expected = bugsOf('issueLeadTime').map(({ at, item, amount }) => [
              new Date(at).toISOString().slice(0, 19),
              refs.get(item) ?? null,
              Math.round(amount),
            ]);
            expectNewest(
              (sections.closed ?? []).map(({ at, ref, lead_time }) => [
                String(at).slice(0, 19),
                ref === null ? null : Number(ref),
                Math.round(Number(lead_time)),
              ]),
              expected,
            );
          });

          it('are named that are open, the worst severity and then the oldest first', () => {
            const work = workAt(toMs);
            const expected = SEVERITIES.flatMap((severity) =>
              openBugsAt(toMs)
                .filter((bug) => bug.severity === severity)
                .toSorted((a, b) => b.age - a.age)
                .map(({ key, age }) => ({
                  ref: refs.get(key) ?? null,
                  severity,
                  status: work.items.get(key)?.status.name,
                  assigned: (work.items.get(key)?.assignees.length ?? 0) > 0,
                  age: Math.round(age),
                })),
            );
            const found = (sections.open ?? []).map(({ ref, severity, status, assignee, age }) => ({
              ref: ref === null ? null : Number(ref),
              severity,
              status,
              assigned: assignee !== null,
              age: Math.round(Number(age)),
            }));
            expect(found).toEqual(expected.slice(0, LIMIT));
          });

          it('came back so often, and are in their status since', () => {
            const work = workAt(toMs);
            const keys = reopenedBugs().map(({ item }) => item);
            const expected = [...new Set(keys)].map((key) => {
              const item = work.items.get(key);
              const times = keys.filter((each) => each === key).length;
              return [refs.get(key) ?? null, times, item?.status.name ?? null];
            });
            const found = (sections.reopened ?? []).map(({ ref, times, status }) => [
              ref === null ? null : Number(ref),
              times,
              status,
            ]);
            if (expected.length <= LIMIT) expect(found.toSorted(byText)).toEqual(expected.toSorted(byText));
            else expect(found).toHaveLength(LIMIT);
          });
        });

        describe('hygiene', () => {
          let sections: Readonly<Record<string, Rows>>;
          beforeAll(async () => {
            sections = await sample.sectionsOf('hygiene', [project], from, to);
          });

          it('finds what the diary says needs tidying, the worst first', () => {
            const untidy = untidyItems(workAt(toMs), blockedItems(diary, toMs), project, toMs);
            expect(sections.reasons).toEqual([
              Object.fromEntries(Object.entries(untidy).map(([reason, items]) => [reason, items.length])),
            ]);
            for (const [reason, items] of Object.entries(untidy)) {
              const found = sections[reason] ?? [];
              const moments = items.map(({ item, sinceMs }) => [
                reason === 'stale' && !isInProgress(item) ? 1 : 0,
                sinceMs,
              ]);
              const worst = moments
                .toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d)
                .slice(0, LIMIT);
              const seconds = found.map(({ age, due }) =>
                Math.round(
                  age === undefined ? (toMs - Date.parse(String(due)) - DAY_MS) / 1000 : Number(age),
                ),
              );
              expect([reason, seconds]).toEqual([
                reason,
                worst.map(([, sinceMs = 0]) => Math.round((toMs - sinceMs) / 1000)),
              ]);
              const names = items.map(({ item }) => `${item.kind} ${refs.get(keyOfItem(item)) ?? null}`);
              for (const { kind, ref } of found) expect(names).toContain(`${kind} ${ref}`);
              if (items.length <= LIMIT)
                expect(found.map(({ kind, ref }) => `${kind} ${ref}`).toSorted()).toEqual(names.toSorted());
            }
          });

          it('counts what the metrics count', () => {
            const metrics = metricsAt(toMs);
            const count = (
              name: string,
              labels: readonly string[],
              isWanted: (values: string[]) => boolean,
            ): number =>
              sum(
                Object.entries(metrics.table(name, labels, { project }))
                  .filter(([key]) => isWanted(key.split(' | ')))
                  .map(([, value]) => value),
              );
            const isWip = (stage: string | undefined): boolean => stage === 'active' || stage === 'waiting';
            expect(sections.reasons).toMatchObject([
              {
                unassigned: count(
                  'taiga_items_unassigned',
                  ['kind', 'stage'],
                  ([kind, stage]) => kind !== 'epic' && isWip(stage),
                ),
                overdue: count('taiga_items_overdue', ['kind'], () => true),
                stale: count('taiga_items_stale', ['kind'], () => true),
              },
            ]);
          });
        });

        it('the portfolio has the project as the diary and the metrics have it', async () => {
          const { totals = [], by_project = [] } = await sample.sectionsOf('portfolio', [project], from, to);
          const isAskedFor = (labels: string): boolean =>
            KINDS_ASKED_FOR.includes(labels.split(' | ')[1] ?? '');
          const eventsOf = (name: 'created' | 'closed' | 'leadTime'): TrueEvent[] =>
            events[name].filter(within(project, from, to)).filter(({ labels }) => isAskedFor(labels));
          const open = workAt(toMs)
            .openItems()
            .filter((item) => item.project === project && KINDS_ASKED_FOR.includes(item.kind));
          const inProgress = open.filter(isInProgress);
          const blocked = blockedItems(diary, toMs);
          const [created, closed] = [eventsOf('created').length, eventsOf('closed').length];
          const expected = {
            open: open.length,
            in_progress: inProgress.length,
            blocked: open.filter((item) => blocked.has(keyOfItem(item))).length,
            created,
            closed,
            net: created - closed,
            lead_time: median(eventsOf('leadTime').map(({ amount }) => amount)),
            oldest:
              inProgress.length === 0
                ? null
                : Math.max(...inProgress.map(({ startedAt }) => toMs - (startedAt ?? Number.NaN))) / 1000,
          };
          expect(shortened(totals)).toEqual(shortened([expected]));
          const metrics = metricsAt(toMs);
          const counted = (name: string): number =>
            sum(KINDS_ASKED_FOR.map((kind) => metrics.sum(name, { project, kind })));
          expect(totals).toMatchObject([
            {
              open: counted('taiga_item_age_seconds_count'),
              in_progress: counted('taiga_wip_age_seconds_count'),
              blocked: counted('taiga_items_blocked'),
            },
          ]);
          const bugs = Object.entries(metrics.table('taiga_issues', ['project', 'issue_type', 'stage']))
            .map(([labels, count]) => [...labels.split(' | '), count] as const)
            .filter(([of, type, stage]) => of === project && isBugType(`${type}`) && isOpenStage(`${stage}`))
            .map(([, , , count]) => Number(count));
          expect(shortened(by_project)).toEqual(
            shortened([
              {
                ...{ project, ...expected, bugs: sum(bugs), overdue: counted('taiga_items_overdue') },
                closed_by_week: byWeek(eventsOf('closed'), fromMs, toMs),
              },
            ]),
          );
        });
      });
    });

    it('the portfolio has a row for each project, which add up to the totals', async () => {
      const [, , [from, to]] = PERIODS;
      const { totals = [], by_project = [] } = await sample.sectionsOf('portfolio', [], from, to);
      expect(by_project).toHaveLength(9);
      for (const column of ['open', 'in_progress', 'blocked', 'created', 'closed', 'net'])
        expect([column, sum(by_project.map((row) => Number(row[column])))]).toEqual([
          column,
          totals[0]?.[column],
        ]);
      expect(totals[0]?.oldest).toBe(Math.max(...by_project.map(({ oldest }) => Number(oldest))));
    });

    it('hygiene names at the end what the attention list names', async () => {
      const [, , , [from, to]] = PERIODS;
      const attention = Samples.of(await sample.kit.families('attention', SAMPLE_NOW));
      for (const project of PROJECTS) {
        const sections = await sample.sectionsOf('hygiene', [project], from, to);
        // The list has a hundred of each reason, and five of what only alerts name.
        for (const [reason, name, most] of [
          ['too_long_in_progress', 'over_sle', 100],
          ['overdue', 'overdue', 100],
          ['untriaged', 'untriaged', 100],
          ['stale', 'stale', 100],
          ['unassigned', 'unassigned', 5],
          ['due_soon', 'due_soon', 5],
        ] as const) {
          const table = attention.table('taiga_attention_item_age_seconds', ['kind', 'ref'], {
            project,
            reason: name,
          });
          const count = Number(sections.reasons?.[0]?.[reason]);
          expect([project, reason, Math.min(count, most)]).toEqual([
            project,
            reason,
            Object.keys(table).length,
          ]);
          const found = sections[reason] ?? [];
          expect(found).toHaveLength(Math.min(count, LIMIT));
          const ageOf = new Map(
            found.map(({ kind, ref, age, due }) => [
              `${kind} | ${ref}`,
              age === undefined
                ? (Date.parse(SAMPLE_NOW) - Date.parse(String(due)) - DAY_MS) / 1000
                : Number(age),
            ]),
          );
          for (const [item, age] of Object.entries(table))
            expect([reason, item, Math.round(ageOf.get(item) ?? Number.NaN)]).toEqual([
              reason,
              item,
              Math.round(age),
            ]);
        }
      }
    });

    describe.each([
      ...PERIODS.map(([, to]) => to),
      // The first day of a sprint: nothing is committed yet.
      '2026-03-30T12:00:00Z',
    ])('the sprint at %s', (to) => {
      const toMs = endOf(to);
      let sections: Readonly<Record<string, Rows>>;
      beforeAll(async () => {
        sections = await sample.sectionsOf(
          'sprint',
          [SHOP],
          '2026-03-01T00:00:00Z',
          new Date(toMs).toISOString(),
        );
      });
      /** The last one that began before, as the sample's sprints follow each other without a gap. */
      const sprintThen = () => {
        const began = [...workAt(toMs).sprints.values()].filter(
          ({ project, start }) => project === SHOP && Date.parse(start) < toMs,
        );
        const sprint = began.toSorted((a, b) => a.start.localeCompare(b.start)).at(-1);
        if (!sprint) throw new Error(`no sprint at ${to}`);
        return { ...sprint, lastMs: Math.min(toMs, Date.parse(sprint.finish) + DAY_MS - 1) };
      };
      const scopeChanges = (slug: string): TrueEvent[] =>
        events.sprintScope.filter(({ at, labels }) => at < toMs && labels.startsWith(`${SHOP} | ${slug} | `));

      it('was committed to, delivered and changed as the diary says', () => {
        const { name, slug, start, finish, lastMs } = sprintThen();
        const [told] = replaySprints(diary, [toMs]);
        const [gauges] = replayGauges(diary, [lastMs], { priority: (_project, priority) => priority });
        const cell = `${SHOP} | ${slug}`;
        const isOver = toMs >= Date.parse(start) + DAY_MS;
        const outcomes = ['closed', 'open', 'removed'].map(
          (outcome) => told?.points[`${cell} | ${outcome}`] ?? 0,
        );
        const [committed, done] = isOver ? [sum(outcomes), outcomes[0] ?? 0] : [null, null];
        const changed = (direction: string): number =>
          sum(
            scopeChanges(slug)
              .filter(({ labels }) => labels.endsWith(` | ${direction}`))
              .map(({ amount }) => amount),
          );
        expect(shortened(sections.numbers)).toEqual(
          shortened([
            {
              sprint: name,
              starts_on: start,
              ends_on: finish,
              committed,
              done,
              share: committed === null || done === null ? null : done / committed,
              closed: gauges?.sprintPoints[`${cell} | true`] ?? 0,
              left: gauges?.sprintPoints[`${cell} | false`] ?? 0,
              added: changed('added'),
              removed: changed('removed'),
              carried_over: told?.carriedOver[cell] ?? 0,
            },
          ]),
        );
        expect(sections.carried_over).toHaveLength(told?.carriedOver[cell] ?? 0);
        const listed = (outcome: string): number =>
          sum(
            (sections.commitment ?? [])
              .filter((row) => row.outcome === outcome)
              .map(({ points }) => Number(points)),
          );
        expect(['closed', 'open', 'removed'].map(listed)).toEqual(isOver ? outcomes : [0, 0, 0]);
        expect(sum((sections.closed ?? []).map(({ points }) => Number(points)))).toBeCloseTo(
          gauges?.sprintPoints[`${cell} | true`] ?? 0,
          3,
        );
      });

      it('burns down from day to day as the diary says, until the period ends', () => {
        const { slug, start, finish } = sprintThen();
        const begins = Array.from(
          { length: (Date.parse(finish) - Date.parse(start)) / DAY_MS + 1 },
          (_, i) => Date.parse(start) + i * DAY_MS,
        );
        const known = begins.filter((begin) => begin < toMs);
        const told = replayGauges(
          diary,
          known.map((begin) => Math.min(toMs, begin + DAY_MS - 1)),
          { priority: (_project, priority) => priority },
        );
        const expected = begins.map((begin, i) => {
          const cell = (closed: boolean): number =>
            told[i]?.sprintPoints[`${SHOP} | ${slug} | ${closed}`] ?? 0;
          return {
            day: dayOf(begin),
            left: begin < toMs ? cell(false) : null,
            scope: begin < toMs ? cell(false) + cell(true) : null,
            working: [0, 6].includes(new Date(begin).getUTCDay()) ? 0 : 1,
          };
        });
        expect(shortened(sections.burndown)).toEqual(shortened(expected));
      });

      it('changed by these stories, and these are left', () => {
        const { name, slug, lastMs } = sprintThen();
        const work = workAt(lastMs);
        const left = [...work.items.values()].filter(
          (item) =>
            item.kind === 'userstory' &&
            item.project === SHOP &&
            item.sprint === name &&
            !item.isClosedItself,
        );
        expect(
          (sections.left ?? [])
            .map(({ ref, status, points }) => [ref === null ? null : Number(ref), status, points])
            .toSorted(byText),
        ).toEqual(
          left
            .map((item) => [refs.get(keyOfItem(item)) ?? null, item.status.name, item.points])
            .toSorted(byText),
        );
        const changes = scopeChanges(slug).map(({ at, labels, amount }) => [
          new Date(at).toISOString().slice(0, 19),
          labels.split(' | ').at(-1),
          amount,
        ]);
        expect(
          (sections.scope_changes ?? [])
            .map(({ at, direction, points }) => [String(at).slice(0, 19), direction, points])
            .toSorted(byText),
        ).toEqual(changes.toSorted(byText));
      });

      // The metrics show 0 where nothing is committed yet.
      if (!ENDS.includes(toMs)) return;
      it('has the numbers of the metrics', () => {
        const metrics = metricsAt(toMs);
        const where = { project: SHOP, sprint: sprintThen().slug };
        const outcome = (name: string): number =>
          metrics.sum('taiga_sprint_commitment_points', { ...where, outcome: name });
        const scope = (direction: string): number =>
          metrics.sum('taiga_sprint_scope_points_total', { ...where, direction });
        expect(sections.numbers).toMatchObject([
          {
            committed: outcome('closed') + outcome('open') + outcome('removed'),
            done: outcome('closed'),
            added: scope('added'),
            removed: scope('removed'),
            carried_over: metrics.sum('taiga_sprint_carried_over_userstories', where),
          },
        ]);
      });
    });

    it('says nothing of sprints where there are none', async () => {
      const sections = await sample.sectionsOf('sprint', ['helensmith-helpdesk'], '2026-03-01', '2026-03-31');
      expect(Object.values(sections)).toEqual([[], [], [], [], [], [], []]);
    });
  },
);

/** The most rows of a list of items. */
const LIMIT = 200;
/** From the worst to the least, in all projects of the sample. */
const SEVERITIES = ['Critical', 'Important', 'Normal', 'Minor', 'Wishlist', ''];

type Untidy = Readonly<Record<string, readonly { readonly item: WorkItem; readonly sinceMs: number }[]>>;

/** With the default thresholds. */
function untidyItems(work: TrueWork, blocked: ReadonlySet<string>, project: string, atMs: number): Untidy {
  const today = dayOf(atMs);
  const running = new Set(
    [...work.sprints.values()]
      .filter((sprint) => sprint.project === project && sprint.start <= today && sprint.finish >= today)
      .map(({ name }) => name),
  );
  const sle: Readonly<Partial<Record<string, number>>> = { userstory: 14, task: 7, issue: 14 };
  const pick = (
    isUntidy: (item: WorkItem) => boolean,
    since: (item: WorkItem) => number,
  ): { item: WorkItem; sinceMs: number }[] =>
    work
      .openItems()
      .filter((item) => item.project === project && isUntidy(item))
      .map((item) => ({ item, sinceMs: since(item) }));
  const isUnassigned = ({ assignees }: WorkItem): boolean => assignees.length === 0;
  const born = ({ bornAt }: WorkItem): number => bornAt;
  const started = ({ startedAt }: WorkItem): number => startedAt ?? Number.NaN;
  return {
    unassigned: pick((item) => item.kind !== 'epic' && isInProgress(item) && isUnassigned(item), started),
    blocked_unassigned: pick((item) => blocked.has(keyOfItem(item)) && isUnassigned(item), born),
    too_long_in_progress: pick(
      (item) =>
        isInProgress(item) && started(item) < atMs - (sle[item.kind] ?? Number.POSITIVE_INFINITY) * DAY_MS,
      started,
    ),
    overdue: pick(
      ({ due }) => due !== null && due < today,
      ({ due }) => Date.parse(due ?? '') + DAY_MS,
    ),
    due_soon: pick(
      ({ due, status }) =>
        due !== null &&
        ['backlog', 'ready'].includes(status.stage) &&
        due >= today &&
        Date.parse(due) <= atMs + 2 * DAY_MS,
      ({ due }) => Date.parse(due ?? '') + DAY_MS,
    ),
    unestimated: pick(
      (item) =>
        item.kind === 'userstory' &&
        item.points === null &&
        (running.has(item.sprint ?? '') || item.status.stage === 'ready' || isInProgress(item)),
      born,
    ),
    untriaged: pick(
      (item) =>
        item.kind === 'issue' &&
        item.status.stage === 'backlog' &&
        isUnassigned(item) &&
        item.bornAt < atMs - 2 * DAY_MS,
      born,
    ),
    stale: pick(
      ({ lastActAt }) => lastActAt < atMs - 14 * DAY_MS,
      ({ lastActAt }) => lastActAt,
    ),
  };
}

/** The keys of the items that are blocked at a moment. */
function blockedItems(diary: readonly DiaryLine[], atMs: number): Set<string> {
  const blocked = new Set<string>();
  for (const line of diary) {
    if (momentOf(line) > atMs) break;
    if (!isItemLine(line)) continue;
    if (line.op === 'block') blocked.add(keyOf(line));
    if (line.op === 'unblock') blocked.delete(keyOf(line));
  }
  return blocked;
}

/** The Mondays, or the firsts of the months, from one moment to another; the first one is that moment itself. */
function beginnings(fromMs: number, toMs: number, isByMonth: boolean): number[] {
  const found = [fromMs];
  for (let day = Date.parse(dayOf(fromMs)) + DAY_MS; day < toMs; day += DAY_MS) {
    const date = new Date(day);
    if (isByMonth ? date.getUTCDate() === 1 : date.getUTCDay() === 1) found.push(day);
  }
  return found;
}

const keyOfItem = ({ kind, id }: WorkItem): string => `${kind} ${id}`;
const idOf = (item: string): number => Number(item.split(' ')[1]);
const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

/** The newest first, as many as a list has; of the same second in any order. */
function expectNewest(found: readonly unknown[][], all: readonly unknown[][]): void {
  const newest = (rows: readonly unknown[][]) =>
    rows.toSorted((a, b) => String(b[0]).localeCompare(String(a[0])) || byText(a, b));
  expect(found.map(([at]) => at)).toEqual(
    newest(all)
      .slice(0, LIMIT)
      .map(([at]) => at),
  );
  if (all.length <= LIMIT) expect(newest(found)).toEqual(newest(all));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** As PostgreSQL's percentile_cont: between the two in the middle. */
function median(numbers: readonly number[]): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** Numbers to the millisecond, or the thousandth of a point. */
/** How many of the events there are in each week of the period, from Monday to Monday in UTC. */
function byWeek(events: readonly TrueEvent[], fromMs: number, toMs: number): number[] {
  const weekMs = 7 * DAY_MS;
  // The first of January 1970 was a Thursday.
  const mondayOf = (ms: number): number => Math.floor((ms - 4 * DAY_MS) / weekMs) * weekMs + 4 * DAY_MS;
  const weeks = (mondayOf(toMs - 1) - mondayOf(fromMs)) / weekMs + 1;
  return Array.from(
    { length: weeks },
    (_, i) => events.filter(({ at }) => mondayOf(at) === mondayOf(fromMs) + i * weekMs).length,
  );
}

function shortened(rows: Rows | undefined): Rows {
  return (rows ?? []).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
      ]),
    ),
  );
}

function expectClose(found: unknown, expected: number | null): void {
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 2);
}
