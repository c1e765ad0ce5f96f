import { add, rounded, type Table } from '../support/samples.js';
import type { Line } from './diary.js';

/*
 * The diary, played again line by line. Nothing of the product's SQL is known here, only what DESIGN says its numbers
 * are, and what Taiga does not record.
 */

/** Something that a counter or a histogram takes in. */
export interface Event {
  readonly at: number;
  readonly name: 'created' | 'closed' | 'reopened' | 'deleted' | 'moved' | 'leadTime' | 'cycleTime';
  /** Label values joined by ` | `. */
  readonly labels: string;
  /** Whole milliseconds, as all times are counted; or 1. */
  readonly amount: number;
}

interface Item {
  readonly kind: string;
  readonly born: number;
  project: string;
  status: string;
  closed: boolean;
  points: number;
  started: number | undefined;
  /** Where its records have it still, as it was moved silently. */
  recorded: string | undefined;
  /** Nothing was done to it yet since it was promoted. */
  isNew: boolean;
}

/** Added up by labels, up to a moment and after another. */
export function totals(
  events: readonly Event[],
  name: Event['name'],
  until = Number.POSITIVE_INFINITY,
  after = Number.NEGATIVE_INFINITY,
): Table {
  const table: Table = {};
  for (const event of events)
    if (event.name === name && event.at <= until && event.at > after) add(table, event.labels, event.amount);
  return table;
}

export interface Replay {
  readonly events: readonly Event[];
  /** Items by project, kind and status, under the names that statuses have at the end. */
  itemsAt(moment: number): Table;
  /** Story points by project and whether the story is closed. */
  pointsAt(moment: number): Table;
}

export function replay(lines: readonly Line[]): Replay {
  const events: Event[] = [];
  play(lines, Number.POSITIVE_INFINITY, events);
  return {
    events,
    itemsAt(moment) {
      const table: Table = {};
      for (const item of play(lines, moment).values())
        add(table, `${item.project} | ${item.kind} | ${lastName(lines, item)}`);
      return table;
    },
    pointsAt(moment) {
      const table: Table = {};
      for (const { project, kind, closed, points } of play(lines, moment).values())
        if (kind === 'userstory') add(table, `${project} | ${closed}`, points);
      return rounded(table);
    },
  };
}

/** Milliseconds, with the microseconds behind the point. */
const momentOf = ({ at }: Line): number =>
  Date.parse(`${at.slice(0, 23)}Z`) + Number(at.slice(23, 26)) / 1000;

function play(lines: readonly Line[], until: number, events: Event[] = []): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  for (const line of lines) {
    const at = momentOf(line);
    if (at > until) break;
    const note = (name: Event['name'], labels: string, amount = 1): void => {
      events.push({ at, name, labels, amount });
    };
    const [kind = ''] = line.item.split(' ');
    const where = `${line.project} | ${kind}`;
    const isStory = kind === 'userstory';
    if (line.what === 'created') {
      note('created', where);
      items.set(line.item, {
        kind,
        born: at,
        project: line.project,
        status: '',
        closed: false,
        points: 0,
        started: undefined,
        recorded: undefined,
        isNew: line.promoted === true,
      });
    }
    const item = items.get(line.item);
    if (!item) continue;
    const settle = (closed: boolean): void => {
      if (item.closed === closed) return;
      item.closed = closed;
      if (line.silent) return;
      note(closed ? 'closed' : 'reopened', where);
      if (!closed) return;
      note('leadTime', where, Math.round(at - item.born));
      if (item.started !== undefined) note('cycleTime', where, Math.round(at - item.started));
    };
    const enter = (): void => {
      item.status = line.to ?? '';
      if (line.silent) return;
      if (isBegun(item.status, line.done)) item.started ??= at;
      if (!isStory) settle(line.done === true);
    };
    switch (line.what) {
      case 'created':
        item.points = line.points ?? 0;
        enter();
        break;
      case 'moved':
        if (line.silent) item.recorded ??= line.from;
        else {
          if (!item.isNew) note('moved', `${where} | ${item.recorded ?? line.from} | ${line.to}`);
          item.recorded = undefined;
        }
        enter();
        break;
      case 'left':
        item.project = line.project;
        enter();
        break;
      case 'points':
        item.points = line.points ?? 0;
        break;
      case 'closed':
      case 'reopened':
        settle(line.what === 'closed');
        break;
      case 'deleted':
        note('deleted', where);
        items.delete(line.item);
        break;
    }
    if (line.what !== 'created') item.isNew = false;
  }
  return items;
}

/** What DESIGN makes of a column without configuration. */
function isBegun(status: string, done: boolean | undefined): boolean {
  return !done && status !== 'New' && status !== 'Ready';
}

/** A column is called in all its past what it is called at the end. */
function lastName(lines: readonly Line[], { project, kind, status }: Item): string {
  let name = status;
  for (const { what, project: where, item, from, to = '' } of lines)
    if (what === 'renamed' && where === project && item === kind && from === name) name = to;
  return name;
}
