import type { SampleFamily } from '../exposition/format.js';
import { gauge, sampleOf, seconds } from '../observability/sample-family.js';

/** The version of the program. */
export function buildFamilies(version: string): SampleFamily[] {
  return [
    gauge(
      'bugflow_build_info',
      'Version of the service and of Node; always 1.',
      sampleOf(1, { version, node_version: process.versions.node }),
    ),
  ];
}

/** The result of the last attempt to load the configuration. */
export interface ReloadState {
  readonly successful: boolean;
  /** When loading last succeeded, in Unix milliseconds. */
  readonly succeededAt: number;
}

export function reloadFamilies({ successful, succeededAt }: ReloadState): SampleFamily[] {
  return [
    gauge(
      'bugflow_config_last_reload_successful',
      'Whether the last attempt to load the configuration succeeded.',
      sampleOf(Number(successful)),
    ),
    gauge(
      'bugflow_config_last_reload_success_timestamp_seconds',
      'When the configuration was last loaded, in Unix time.',
      sampleOf(seconds(succeededAt)),
    ),
  ];
}
