import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  type Panel,
  type RowPanel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations.js';
import { otherDashboards, TAG } from './links.js';

/** Panels side by side, each with its width in columns of 24. */
export interface Row {
  readonly height: number;
  readonly panels: readonly (readonly [Panel, number])[];
}

export interface Section {
  /** Without a title: no heading. */
  readonly title?: string;
  readonly rows: readonly Row[];
}

export interface BoardOptions {
  readonly uid: string;
  readonly title: string;
  /** The question that it answers. */
  readonly description: string;
  readonly from: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
  readonly tags?: readonly string[];
  readonly refresh?: string;
  readonly links?: readonly Builder<DashboardLink>[];
  readonly annotations?: readonly Builder<AnnotationQuery>[];
}

const COLUMNS = 24;
/** Headings are numbered apart, so that a panel's number stays when a heading comes. */
const HEADING_ID = 1000;

/** A dashboard as Grafana 10 and later read it. */
export function board(options: BoardOptions): DashboardBuilder {
  const builder = new DashboardBuilder(options.title)
    .uid(options.uid)
    .description(options.description)
    .tags([...(options.tags ?? [TAG])])
    .timezone('browser')
    .weekStart('monday')
    .time({ from: options.from, to: 'now' })
    .refresh(options.refresh ?? '5m')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...options.variables])
    .annotations([...(options.annotations ?? annotations())])
    .links([...(options.links ?? [otherDashboards()])]);
  place(builder, options.sections);
  return builder;
}

function place(builder: DashboardBuilder, sections: readonly Section[]): void {
  let y = 0;
  sections.forEach(({ title, rows }, i) => {
    if (title !== undefined) {
      const heading: RowPanel = {
        type: 'row',
        id: HEADING_ID + i,
        title,
        collapsed: false,
        panels: [],
        gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      };
      builder.withRow({ build: () => heading });
      y += 1;
    }
    for (const { height, panels } of rows) {
      let x = 0;
      for (const [panel, width] of panels) {
        const placed: Panel = { ...panel, gridPos: { x, y, w: width, h: height } };
        builder.withPanel({ build: () => placed });
        x += width;
      }
      if (x !== COLUMNS)
        throw new Error(`${panels.map(([{ title: name }]) => name).join(', ')}: ${x} columns`);
      y += height;
    }
  });
}
