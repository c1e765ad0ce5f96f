import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, the longest first: one that starts last would run alone at the end. */
const LONG = [
  'stack/compose',
  'alerting/crisis',
  'demo/storyline',
  'pages/looks',
  'history/scenarios-of-items',
  'stack/dashboards-in-prometheus',
  'history/scenarios-of-boards',
  'stack/counters-in-prometheus',
  'alerting/rules',
  'integration/service',
  'integration/database.test',
  'alerting/quiet-days',
  'history/scenarios-of-projects',
  'history/whole-past',
  'reports/shipped',
  'load/scrape-load',
  'stack/past-in-prometheus',
  'integration/command-line',
  'load/many-projects',
  'load/soak',
  'history/incremental',
  'secrets/planted',
  'history/cases',
  'fuzz/loaders',
  'integration/processes',
  'stack/sample-in-prometheus',
  'ssh/service',
  'reports/sample',
  'reports/item-report',
  'unit/parts',
  'integration/textfile',
  'demo/kept',
  'pages/browsing',
  'reports/charts.test',
  'demo/demo-taiga',
  'history/corrupt',
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
