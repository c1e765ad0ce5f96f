import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, the longest first: one that starts last would run alone at the end. */
const LONG = [
  'stack/compose',
  'stack/dashboards-in-prometheus',
  'alerting/crisis',
  'history/scenarios-of-items',
  'stack/sample-in-prometheus',
  'pages/browsing',
  'demo/storyline.endurance',
  'alerting/rules',
  'stack/counters-in-prometheus',
  'history/scenarios-of-boards',
  'history/scenarios-of-projects',
  'load/soak',
  'load/many-projects',
  'history/whole-past',
  'pages/looks',
  'alerting/quiet-days',
  'load/scrape-load',
  'history/corrupt',
  'stack/past-in-prometheus',
  'history/incremental',
  'history/ground-truth',
  'demo/kept',
  'integration/service',
  'integration/database.test',
  'integration/command-line',
  'history/cases',
];

/** Orders test files on a machine that does not know yet how long each takes. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
