import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { hasSample, readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { type Kit, openKit } from '../support/kit.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { samplesAt } from '../support/samples.js';
import { readTaigaRecords } from '../support/taiga-records.js';
import { type DiaryLine, readDiary } from '../support/true-past.js';
import {
  type Compared,
  compareWholePast,
  WHOLE_PAST_COLLECTORS,
  wholePastLines,
  wholePastMoments,
} from '../support/whole-past.js';

/**
 * What boards, plans and ages were over the sample's year, against the diary of the simulation that made it: at 50
 * moments, and at every full hour of 30 busy days.
 */
describe.skipIf(!hasSample || !hasPostgres)(
  'the whole past of the sample (skipped without ../shared/taiga or PostgreSQL on the machine)',
  () => {
    let cluster: Cluster;
    let kit: Kit;
    let diary: DiaryLine[];
    let compared: Map<string, Compared>;

    beforeAll(async () => {
      cluster = await startPostgres();
      await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
      cluster.load(readSampleSql(), 'taiga');
      const url = cluster.urlWith({ database: 'taiga' });
      kit = await openKit(url);
      await kit.learn(SAMPLE_NOW);
      diary = readDiary();
      const timeline = createDatabaseTimeline({
        collectors: WHOLE_PAST_COLLECTORS.map((name) => kit.collector(name)),
        reader: kit.reader,
        values: kit.values(SAMPLE_NOW),
        targetLabels: {},
      });
      const moments = wholePastMoments();
      const past = await samplesAt(timeline, moments);
      const results = compareWholePast(
        past,
        moments,
        diary,
        await readTaigaRecords(url),
        wholePastLines(kit),
      );
      compared = new Map(results.map((result) => [result.name, result]));
    });
    afterAll(async () => {
      await kit?.close();
      await cluster?.close();
    });

    it.each(wholePastLines().map(({ name }) => name))('%s is right at every moment', (name) => {
      const result = compared.get(name);
      expect(result?.differences).toEqual([]);
      expect(result?.values).toBeGreaterThan(500);
    });
  },
);
