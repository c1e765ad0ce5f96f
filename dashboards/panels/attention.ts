import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { latest, type Matchers, matching, PROJECT, withProjectName } from '../promql/select.js';
import type { Facts } from './facts.js';
import { table } from './table.js';
import { anyText, KINDS, REASONS, textOf } from './texts.js';
import * as units from './units.js';

/** At most so many rows: a longer list is not read. */
const ROWS = 25;

export interface AttentionOptions extends Omit<Facts, 'unit'> {
  readonly matchers: Matchers;
  readonly empty: string;
}

/** The items that most need somebody, each with a link into Taiga where its address is known. */
export function attentionTable({ matchers, about, empty, ...facts }: AttentionOptions): Panel {
  // The others are what alerts name.
  const reasons = `reason=~"${Object.keys(REASONS).join('|')}"`;
  const items = latest('taiga_attention_item_age_seconds', matching(PROJECT, matchers, reasons));
  return table({
    ...facts,
    // It has no past: of a time before the exporter ran, nothing is known.
    about: { ...about, means: `${about.means} Known only of times at which the exporter ran.` },
    empty: `${empty}; or the exporter did not run yet`,
    unit: units.Count,
    queries: { A: withProjectName(`topk(${ROWS}, ${items}) / 86400`) },
    sortBy: { title: 'Days', descending: true },
    columns: [
      { of: 'ref', title: 'Ref', width: 60 },
      { of: 'subject', title: 'Subject' },
      { of: 'kind', title: 'Kind', width: 90, mappings: [textOf(KINDS)] },
      { of: 'reason', title: 'Why', width: 170, mappings: [textOf(REASONS)] },
      { of: 'A', title: 'Days', unit: units.Count, decimals: 0, width: 70 },
      { of: 'assignee', title: 'Who', width: 130 },
      { of: 'project_name', title: 'Project', width: 150 },
      // Without taiga_url it is empty, and then there is nothing to click.
      {
        of: 'url',
        title: 'Taiga',
        width: 80,
        mappings: [anyText('open ↗')],
        link: { title: 'Open in Taiga', url: `\${__value.raw}` },
      },
    ],
  });
}
