import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** All dashboards but the walls have it: they link to each other by it. */
export const TAG = 'taiga-bugflow';
export const WALL_TAG = 'taiga-bugflow-wall';

/** To the other dashboards, with the time range and the variables. */
export function otherDashboards(): Builder<DashboardLink> {
  const link = new DashboardLinkBuilder('Dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
    .targetBlank(false);
  return inSight(link);
}

/** The SDK puts links into a menu, where nobody finds them. */
function inSight(link: Builder<DashboardLink>): Builder<DashboardLink> {
  const { placement: _, ...rest } = link.build();
  return { build: () => rest };
}

/** From a panel to a dashboard that tells more, for the same projects. */
export function detail(title: string, uid: string): Builder<DashboardLink> {
  return url(title, `/d/${uid}?\${project:queryparam}&\${datasource:queryparam}`);
}

/** From a row or a number to somewhere else. */
export function url(title: string, address: string, inNewTab = false): Builder<DashboardLink> {
  return inSight(
    new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(address).targetBlank(inNewTab),
  );
}

/** To the page that shows a collector's SQL, its last run and a sample of its rows. */
export function explanation(collector: string): DashboardLink {
  return url(
    `How these numbers are made: ${collector}`,
    `\${exporter}/collectors#${collector}`,
    true,
  ).build();
}
