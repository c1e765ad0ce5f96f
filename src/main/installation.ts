import { fileURLToPath } from 'node:url';
import { type CollectorLibrary, loadLibrary } from '../collectors/library.js';
import { type Config, type ConfigSource, loadConfig } from '../config/config.js';
import { loadReports, type ReportLibrary } from '../reports/library.js';
import { type ReportPost, reportPosts } from '../reports/posts/report-post.js';

/** A configuration, and the collectors and reports it names, read and checked together. */
export interface Installation {
  readonly config: Config;
  readonly library: CollectorLibrary;
  readonly reports: ReportLibrary;
  readonly posts: readonly ReportPost[];
}

/** The folders that ship with the package; the paths work from `src/main` and `dist/main`. */
const SHIPPED_REPORTS = fileURLToPath(new URL('../../reports', import.meta.url));
const SHIPPED_COLLECTORS = fileURLToPath(new URL('../../metrics', import.meta.url));

/** `before`: the one in force. @throws BugflowError that names file, line and fix */
export async function loadInstallation(source: ConfigSource, before?: Installation): Promise<Installation> {
  const config = await loadConfig(source);
  const library = await loadLibrary(
    {
      shippedFolder: SHIPPED_COLLECTORS,
      ownFiles: config.collectorFiles,
      overrides: config.overrides,
      maxLabelBytes: config.labels.maxBytes,
      configFile: config.file,
    },
    before?.library,
  );
  const reports = await loadReports(
    { shippedFolder: SHIPPED_REPORTS, ownFiles: config.reportFiles },
    library.relations,
    before?.reports,
  );
  return { config, library, reports, posts: reportPosts(config.reportPosts, reports) };
}
