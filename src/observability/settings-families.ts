import { createWorkingSeconds } from '../calendar/working-time.js';
import { labelsOf, NO_LABELS } from '../collectors/labels.js';
import type { Config } from '../config/config.js';
import type { ExternalUrls } from '../config/external-urls-section.js';
import type { SampleFamily } from '../exposition/format.js';

export const WORKING_SECONDS = {
  name: 'bugflow_working_seconds_total',
  type: 'counter',
  help: 'Working time that has passed since 2014, by the configuration (calendar).',
} as const;

/** The settings that alerting rules and links need as metrics. */
export interface Settings {
  readonly externalUrls: ExternalUrls;
  /** The alerts that are disabled for all projects. */
  readonly disabledAlerts: readonly string[];
  /** The working time until a moment (Unix milliseconds), in seconds. */
  readonly workingSeconds: (atMs: number) => number;
}

export function settingsOf(config: Config): Settings {
  const { externalUrls, alerting } = config;
  const everywhere = alerting.disabled.filter(({ project }) => /^\*+$/.test(project));
  return {
    externalUrls,
    disabledAlerts: [...new Set(everywhere.map(({ alert }) => alert))],
    workingSeconds: createWorkingSeconds(config),
  };
}

export function settingsFamilies(
  { externalUrls, disabledAlerts, workingSeconds }: Settings,
  nowMs: number,
): SampleFamily[] {
  const urls = Object.entries(externalUrls).flatMap(([name, url]: [string, string | undefined]) =>
    url === undefined ? [] : [{ suffix: '', labels: labelsOf({ name, url }), value: 1 }],
  );
  return [
    {
      ...WORKING_SECONDS,
      samples: () => [{ suffix: '', labels: NO_LABELS, value: workingSeconds(nowMs) }],
    },
    {
      name: 'bugflow_external_url_info',
      type: 'gauge',
      help: 'Where browsers find Grafana, Alertmanager and this service (external_urls): links in alerts are made of it. Always 1.',
      samples: () => urls,
    },
    {
      name: 'bugflow_service_alert_disabled',
      type: 'gauge',
      help: 'An alert that is switched off everywhere (alerting.disabled): also without a database. Always 1.',
      samples: () => disabledAlerts.map((alert) => ({ suffix: '', labels: labelsOf({ alert }), value: 1 })),
    },
  ];
}
