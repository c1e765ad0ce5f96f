import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';

export interface HeadingOptions {
  readonly id: number;
  /** Names of variables stand for what is chosen. */
  readonly text: string;
  /** Smaller, at the other end. */
  readonly aside: string;
}

/** Words that are read from afar: a panel's own title is small, and a dashboard's is not there in kiosk mode. */
export function heading({ id, text, aside }: HeadingOptions): Panel {
  const line = `<div style="display: flex; justify-content: space-between; align-items: center; font-size: 34px; line-height: 46px"><b style="white-space: nowrap; overflow: hidden; text-overflow: ellipsis">${text}</b><span style="white-space: nowrap; padding-left: 30px">${aside}</span></div>`;
  return new PanelBuilder().id(id).transparent(true).mode(TextMode.HTML).content(line).build();
}
