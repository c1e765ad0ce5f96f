import { fileURLToPath } from 'node:url';
import { type CollectorLibrary, loadLibrary } from '../collectors/library.js';
import { type Config, type ConfigSource, loadConfig } from '../config/config.js';

/** A configuration and the collectors it names, read and checked together. */
export interface Installation {
  readonly config: Config;
  readonly library: CollectorLibrary;
}

/** The folder `metrics/` that ships with the package; the path works from `src/main` and `dist/main`. */
const SHIPPED_COLLECTORS = fileURLToPath(new URL('../../metrics', import.meta.url));

/** @throws BugflowError that names file, line and fix */
export async function loadInstallation(source: ConfigSource): Promise<Installation> {
  const config = await loadConfig(source);
  const library = await loadLibrary({
    shippedFolder: SHIPPED_COLLECTORS,
    ownFiles: config.collectorFiles,
    overrides: config.overrides,
    configFile: config.file,
  });
  return { config, library };
}
