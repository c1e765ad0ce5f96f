import { settingsFamilies, settingsOf } from '../../observability/settings-families.js';
import { checkRules } from '../check-rules.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';

/** The settings that alerting rules and the links in alerts need. */
export function createAlertsPart(first: Installation): Part {
  let settings = settingsOf(first.config);
  return {
    name: 'alerts',
    settings: ({ config: { externalUrls, alerting, calendar, timeZone } }) => [
      externalUrls,
      alerting.disabled,
      calendar,
      timeZone,
    ],
    reload({ config }) {
      settings = settingsOf(config);
    },
    families: () => settingsFamilies(settings, Date.now()),
    async check({ print }) {
      const problems = await checkRules(first.config.alerting, { print });
      if (problems.length === 0) return {};
      return { problems, conclusions: ['Something is wrong with the alerts: see above.'] };
    },
  };
}
