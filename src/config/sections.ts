import { alertingSection } from './alerting-section.js';
import { calendarSection } from './calendar-section.js';
import {
  collectorsSection,
  newSeriesSection,
  overridesSection,
  prometheusSection,
} from './collector-sections.js';
import { databaseSection } from './database-section.js';
import { externalUrlsSection } from './external-urls-section.js';
import { reportPostsSection } from './report-posts-section.js';
import { reportFilesSection } from './report-sections.js';
import {
  listenSection,
  logLevelSection,
  maxSeriesSection,
  reloadEndpointSection,
  stateFileSection,
  timeZoneSection,
} from './service-sections.js';
import { slackSection } from './slack-section.js';
import { sshSection } from './ssh-section.js';
import {
  bugsSection,
  criticalSection,
  labelsSection,
  projectsSection,
  taigaUrlSection,
  transitionsSection,
  workflowSection,
} from './team-sections.js';
import { thresholdsSection } from './thresholds-section.js';
import { webSection } from './web-section.js';

/** All sections, in the order of the reference. A new section is added here. */
export const SECTIONS = [
  databaseSection,
  sshSection,
  listenSection,
  webSection,
  timeZoneSection,
  taigaUrlSection,
  externalUrlsSection,
  calendarSection,
  projectsSection,
  workflowSection,
  transitionsSection,
  thresholdsSection,
  alertingSection,
  bugsSection,
  criticalSection,
  labelsSection,
  collectorsSection,
  reportFilesSection,
  reportPostsSection,
  slackSection,
  overridesSection,
  newSeriesSection,
  reloadEndpointSection,
  maxSeriesSection,
  stateFileSection,
  prometheusSection,
  logLevelSection,
] as const;
