import { describe, expect, it } from 'vitest';
import { BugflowError, type ErrorCode, type Place } from '../../src/base/errors.js';
import type { Database, Row } from '../../src/database/database.js';
import { type ChangeFeed, createChangeFeed } from '../../src/taiga/changes/change-feed.js';
import type { ParameterValues } from '../../src/taiga/parameters.js';
import type { Reader } from '../../src/taiga/reader.js';

/** A database of issues that is made of what the feed is answered. */
class FakeTaiga {
  issues = new Set([1, 2, 3]);
  /** Ids that were written since the last look. */
  written: number[] = [];
  told: string[] = [];
  cluster: string | undefined = 'one';
  generation = 0;
  groups: Row[] = [];
  projects = new Map([
    ['1', 'shop'],
    ['2', 'other'],
  ]);
  oldest = 1000;
  /** The transaction to come; what is written has one. */
  get next(): number {
    return this.oldest + (this.isQuiet ? 0 : this.looks);
  }
  isQuiet = false;
  future: Row[] = [];
  now = '2026-03-15T12:00:00Z';
  looks = 0;
  readonly questions: string[] = [];
  failGroups = false;
  failure: Error | undefined;

  feed(): ChangeFeed {
    const database: Database = {
      read: async ({ text }, onBatch) => {
        this.questions.push(text);
        if (this.failure) throw this.failure;
        onBatch([], this.#answer(text));
        return 1;
      },
      readTogether: () => Promise.reject(new Error('not asked for')),
      generation: () => this.generation,
      close: async () => undefined,
    };
    const reader: Reader = {
      readTables: async () => undefined,
      lacking: async () => [],
      generation: () => this.generation,
      read: () => Promise.reject(new Error('not asked for')),
      readTogether: () => Promise.reject(new Error('not asked for')),
      readRelation: async (name) => {
        if (name === 'project')
          return {
            columns: ['project_id', 'project'],
            rows: [...this.projects].map(([id, slug]) => [id, slug]),
          };
        if (this.failGroups) throw new Error('canceling statement due to statement timeout');
        return { columns: ['key', 'item_group'], rows: this.groups };
      },
    };
    return createChangeFeed({ database, reader, values: () => ({ now: this.now }) as ParameterValues });
  }

  #answer(text: string): Row[] {
    if (text.includes('txid_snapshot_xmin')) {
      this.looks += 1;
      return [[String(this.oldest), `${this.oldest}:${this.next}:`, '0', '']];
    }
    if (text.includes('pg_control_system')) {
      if (this.cluster === undefined) throw new Error('permission denied for function pg_control_system');
      return [[this.cluster]];
    }
    if (text.includes('WHERE project_id = ANY')) return [['issues.issue:1'], ['issues.issue:x']];
    if (text.includes('FROM timeline_timeline')) return this.told.map((key) => [key]);
    if (text.includes('pg_relation_size')) return [['10', '0', '150000']];
    if (text.includes('xmin::text')) return [];
    if (text.includes('min(created_at)')) return this.future;
    const ids = [...this.issues];
    if (text.includes('ORDER BY min(project_id)')) return ids.map((id) => [`issues.issue:${id}`, '5']);
    if (text.includes('array_agg')) {
      const sum = ids.reduce((total, id) => total + id, 0);
      return ['epics.epic', 'userstories.userstory', 'tasks.task']
        .map((model): Row => [model, '0', '0', null])
        .concat([['issues.issue', String(ids.length), String(sum), this.written.join(',') || null]]);
    }
    return text === 'SELECT id FROM issues_issue' ? ids.map((id) => [String(id)]) : [];
  }
}

const keysSince = (feed: ChangeFeed, mark: number | undefined): string[] =>
  [...feed.since(mark)]
    .flat()
    .map((key) => key.replace('issues.issue:', '#'))
    .sort();

describe('the feed of changes', () => {
  it('tells of everything at first, then of what was written, and of that once more', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const first = await feed.poll();
    expect(keysSince(feed, undefined)).toEqual(['#1', '#2', '#3']);
    expect(keysSince(feed, first)).toEqual([]);
    taiga.written = [2];
    const second = await feed.poll();
    expect(keysSince(feed, first)).toEqual(['#2']);
    taiga.written = [];
    const third = await feed.poll();
    expect(keysSince(feed, second)).toEqual(['#2']);
    expect(keysSince(feed, first)).toEqual(['#2']);
    await feed.poll();
    expect(keysSince(feed, third)).toEqual([]);
  });

  it('looks at no table while no transaction has written', async () => {
    const taiga = new FakeTaiga();
    taiga.isQuiet = true;
    const feed = taiga.feed();
    const first = await feed.poll();
    taiga.written = [2];
    const second = await feed.poll();
    expect(keysSince(feed, first)).toEqual([]);
    expect(taiga.questions.filter((text) => text.includes('array_agg'))).toEqual([]);
    // One that was under way at both looks may have written meanwhile.
    taiga.isQuiet = false;
    await feed.poll();
    expect(keysSince(feed, second)).toEqual(['#2']);
  });

  it('tells of items that came and went, and of what only the timeline knows', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const mark = await feed.poll();
    taiga.issues = new Set([1, 3, 4]);
    taiga.written = [4];
    taiga.told = ['issues.issue:9', 'milestones.milestone:1', 'issues.issue:x'];
    await feed.poll();
    expect(keysSince(feed, mark)).toEqual(['#2', '#4', '#9', 'milestones.milestone:1']);
  });

  it('groups what must be read together', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    taiga.groups = [['issues.issue:2', 'userstories.userstory:7']];
    const mark = await feed.poll();
    taiga.written = [2];
    await feed.poll();
    expect([...feed.since(mark)].map((group) => group.sort())).toEqual([
      ['issues.issue:2', 'userstories.userstory:7'],
    ]);
  });

  it('loses nothing when a look fails halfway', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const mark = await feed.poll();
    taiga.issues.delete(3);
    taiga.written = [1];
    taiga.failGroups = true;
    await expect(feed.poll()).rejects.toThrow('statement timeout');
    expect(keysSince(feed, mark)).toEqual([]);
    taiga.failGroups = false;
    taiga.written = [];
    await feed.poll();
    expect(keysSince(feed, mark)).toEqual(['#1', '#3']);
  });

  it('tells of everything when another server is read, though it is of the same cluster', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const mark = await feed.poll();
    taiga.generation = 1;
    // The replica lags: it does not have the latest item yet.
    taiga.issues.delete(3);
    const second = await feed.poll();
    expect(keysSince(feed, mark)).toEqual(['#1', '#2', '#3']);
    taiga.generation = 2;
    taiga.issues.add(3);
    await feed.poll();
    expect(keysSince(feed, second)).toEqual(['#1', '#2', '#3']);
  });

  it.each<[ErrorCode, Place | undefined, string]>([
    ['COLLECTOR_TIMEOUT', undefined, 'looking for what changed in Taiga: too slow'],
    ['COLLECTOR_TIMEOUT', { file: 'family.sql', line: 2 }, 'family.sql:2: too slow'],
    ['DATABASE_UNREACHABLE', undefined, 'too slow'],
  ])('says what it was at when it takes too long: %s at %j', async (code, place, message) => {
    const taiga = new FakeTaiga();
    taiga.failure = new BugflowError(code, 'too slow', { place });
    await expect(taiga.feed().poll()).rejects.toMatchObject({ code, message });
  });

  it('begins anew when its very first look fails', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    taiga.failGroups = true;
    await expect(feed.poll()).rejects.toThrow();
    taiga.failGroups = false;
    await feed.poll();
    expect(keysSince(feed, undefined)).toEqual(['#1', '#2', '#3']);
  });

  it('looks once for all who ask at the same time', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const marks = await Promise.all([feed.poll(), feed.poll(), feed.poll()]);
    expect(new Set(marks).size).toBe(1);
    expect(taiga.looks).toBe(1);
  });

  it('tells of everything when another cluster answers', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const mark = await feed.poll();
    taiga.cluster = 'two';
    await feed.poll();
    expect(keysSince(feed, mark)).toEqual(['#1', '#2', '#3']);
  });

  it('does without knowing the cluster', async () => {
    const taiga = new FakeTaiga();
    taiga.cluster = undefined;
    const feed = taiga.feed();
    const mark = await feed.poll();
    await feed.poll();
    expect(keysSince(feed, mark)).toEqual([]);
    taiga.cluster = 'one';
    await feed.poll();
    expect(keysSince(feed, mark)).toEqual([]);
  });

  it('tells of what is dated in the future when its time comes', async () => {
    const taiga = new FakeTaiga();
    taiga.future = [['issues.issue:3', String(Date.parse('2026-03-15T13:00:00Z'))]];
    const feed = taiga.feed();
    let mark = await feed.poll();
    taiga.future = [];
    for (const [time, found] of [
      ['12:59', []],
      ['13:00', ['#3']],
      ['13:01', []],
    ] as const) {
      taiga.now = `2026-03-15T${time}:00Z`;
      const next = await feed.poll();
      expect([time, keysSince(feed, mark)]).toEqual([time, found]);
      mark = next;
    }
  });

  it('tells that all must be read anew when a project is gone or renamed, and what happened in one that came', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    const first = await feed.poll();
    expect(feed.restartedAt()).toBe(0);
    taiga.projects.delete('2');
    const second = await feed.poll();
    expect([feed.restartedAt(), keysSince(feed, first)]).toEqual([second, []]);
    taiga.projects.set('2', 'other');
    const third = await feed.poll();
    expect([feed.restartedAt(), keysSince(feed, second)]).toEqual([second, ['#1']]);
    taiga.projects.set('1', 'shop-1');
    // The look that finds it fails: the next one finds it again.
    taiga.failGroups = true;
    taiga.written = [3];
    await expect(feed.poll()).rejects.toThrow();
    expect(feed.restartedAt()).toBe(second);
    taiga.failGroups = false;
    const fourth = await feed.poll();
    expect([feed.restartedAt(), keysSince(feed, third)]).toEqual([fourth, ['#1', '#3']]);
  });

  it('does not take a project for gone that a replica does not know yet', async () => {
    const taiga = new FakeTaiga();
    const feed = taiga.feed();
    await feed.poll();
    taiga.generation = 1;
    taiga.oldest = 900;
    taiga.projects.delete('2');
    await feed.poll();
    await feed.poll();
    expect(feed.restartedAt()).toBe(0);
    // It has caught up, and the project is gone.
    taiga.oldest = 1000;
    const mark = await feed.poll();
    expect(feed.restartedAt()).toBe(mark);
  });
});
