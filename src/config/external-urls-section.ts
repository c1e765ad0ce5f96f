import { z } from 'zod';
import { defineSection } from './section.js';
import { baseAddress, withoutSlash } from './web-address.js';

const externalUrlsSchema = z.strictObject({
  grafana: baseAddress
    .optional()
    .describe('Address of Grafana, with its sub-path if it has one; links to dashboards begin with it.'),
  exporter: baseAddress
    .optional()
    .describe(
      'Address of this service; the panels of the dashboards link to its page that explains their numbers.',
    ),
  alertmanager: baseAddress.optional().describe('Address of Alertmanager, for links to alerts.'),
});

/** The addresses as browsers reach them, without a slash at the end. */
export interface ExternalUrls {
  readonly grafana: string | undefined;
  readonly exporter: string | undefined;
  readonly alertmanager: string | undefined;
}

export const externalUrlsSection = defineSection({
  key: 'external_urls',
  name: 'externalUrls',
  schema: externalUrlsSchema
    .prefault({})
    .describe('The addresses of Grafana, Alertmanager and this service as browsers reach them, for links.'),
  resolve: externalUrls,
});

function externalUrls(raw: z.output<typeof externalUrlsSchema>): ExternalUrls {
  return {
    grafana: raw.grafana && withoutSlash(raw.grafana),
    exporter: raw.exporter && withoutSlash(raw.exporter),
    alertmanager: raw.alertmanager && withoutSlash(raw.alertmanager),
  };
}
