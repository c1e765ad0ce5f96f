import { labelBlock } from '../collectors/families.js';
import type { ExternalUrls } from '../config/external-urls-section.js';
import type { SampleFamily } from '../exposition/format.js';

export const WORKING_SECONDS = {
  name: 'bugflow_working_seconds_total',
  type: 'counter',
  help: 'Working time that has passed since 2014, by the configuration (calendar).',
} as const;

/** What rules and links need of the configuration. */
export interface Settings {
  readonly externalUrls: ExternalUrls;
  /** Working time until a moment, in seconds. */
  readonly workingSeconds: (atMs: number) => number;
}

export function settingsFamilies({ externalUrls, workingSeconds }: Settings, nowMs: number): SampleFamily[] {
  const urls = Object.entries(externalUrls).flatMap(([name, url]: [string, string | undefined]) =>
    url === undefined ? [] : [{ suffix: '', labels: labelBlock(['name', 'url'], [name, url]), value: 1 }],
  );
  return [
    {
      ...WORKING_SECONDS,
      samples: () => [{ suffix: '', labels: '', value: workingSeconds(nowMs) }],
    },
    {
      name: 'bugflow_external_url_info',
      type: 'gauge',
      help: 'Where browsers find Grafana, Alertmanager and this service (external_urls): links in alerts are made of it. Always 1.',
      samples: () => urls,
    },
  ];
}
