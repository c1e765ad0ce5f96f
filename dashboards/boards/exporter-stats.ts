import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { stat } from '../panels/stat.js';
import * as units from '../panels/units.js';
import { own } from '../promql/service.js';
import type { Verdicts } from '../promql/verdict.js';

/** 0 is bad, 1 is good. */
function works(bad: string, good: string): Verdicts {
  return [
    { word: bad, colour: 'red' },
    { word: good, colour: 'green', from: 1 },
  ];
}

export function upStat(): Panel {
  return stat({
    id: 1,
    title: 'Scraped',
    unit: units.Count,
    decimals: 0,
    empty: 'no exporter is scraped',
    about: {
      means: 'Whether Prometheus reaches the exporter (1) or not (0); the worst of the chosen ones.',
      act: 'when it is 0: every dashboard stands still.',
      helps: 'see whether the process runs, and whether Prometheus may reach its port.',
    },
    // The exporter's job is known by what it says of itself.
    values: [
      {
        name: 'exporter',
        expression: `min(${own('up')} and on (instance, job) last_over_time(${own('bugflow_build_info')}[1d]))`,
        verdicts: works('unreachable', 'reachable'),
      },
    ],
  });
}

export function databaseStat(): Panel {
  return stat({
    id: 2,
    title: 'Database',
    unit: units.Count,
    decimals: 0,
    empty: 'the exporter says nothing',
    about: {
      means: "Whether Taiga's database answered (1) when it was last asked, or not (0).",
      act: 'when it is 0 for more than some minutes: values then go stale and vanish.',
      helps: 'ask `taiga-bugflow check`: it says why it does not connect.',
    },
    values: [
      {
        name: 'database',
        expression: `min(${own('bugflow_database_up')})`,
        verdicts: works('down', 'answers'),
      },
    ],
  });
}

export function tunnelStat(): Panel {
  return stat({
    id: 3,
    title: 'SSH tunnel',
    unit: units.Count,
    decimals: 0,
    empty: 'no tunnel is used',
    about: {
      means:
        'Whether the SSH session to the database stands (1) or not (0), and how often it was set up again in 24 hours.',
      act: 'when it is set up again every few minutes.',
      helps: 'keep-alives of routers between, and the load of the SSH server.',
    },
    values: [
      { name: 'tunnel', expression: `min(${own('bugflow_tunnel_up')})`, verdicts: works('down', 'stands') },
      {
        name: 'again in 24 hours',
        expression: `sum(last_over_time(${own('bugflow_tunnel_reconnects_total')}[1h])) - (sum(last_over_time(${own('bugflow_tunnel_reconnects_total')}[1h] offset 1d)) or 0 * sum(last_over_time(${own('bugflow_tunnel_reconnects_total')}[1h])))`,
      },
    ],
  });
}

export function collectorsStat(): Panel {
  return stat({
    id: 4,
    title: 'Collectors down',
    unit: units.Count,
    decimals: 0,
    empty: 'the exporter says nothing',
    about: {
      means:
        'Collectors whose values are not served, because their runs keep failing or the first has not succeeded yet; and those that are tried now and then only, because they failed so often.',
      act: 'when it is not 0 a few minutes after a start.',
      helps: "the exporter's page of the collector shows the error, its SQL and its last rows.",
    },
    values: [
      {
        name: 'down',
        expression: `count(${own('bugflow_collector_up')} == 0) or 0 * count(${own('bugflow_collector_up')})`,
        verdicts: [
          { word: 'none', colour: 'green' },
          { word: 'look', colour: 'red', from: 1 },
        ],
      },
      {
        name: 'tried now and then',
        expression: `sum(${own('bugflow_collector_circuit_open')})`,
      },
    ],
  });
}

export function configurationStat(): Panel {
  return stat({
    id: 5,
    title: 'Configuration',
    unit: units.Count,
    decimals: 0,
    empty: 'the exporter says nothing',
    about: {
      means:
        'Whether the last attempt to load the configuration succeeded (1) or not (0), and the same for the web configuration, where there is one.',
      act: 'when it is 0: the old one is in force until the next restart, which will fail.',
      helps: 'ask `taiga-bugflow check --config FILE`: it names file, line and fix.',
    },
    values: [
      {
        name: 'configuration',
        expression: `min(${own('bugflow_config_last_reload_successful')})`,
        verdicts: works('wrong', 'loaded'),
      },
      {
        name: 'web',
        expression: `min(${own('bugflow_web_config_last_reload_successful')})`,
        verdicts: works('wrong', 'loaded'),
      },
    ],
  });
}

export function historyStat(): Panel {
  return stat({
    id: 6,
    title: 'Past against present',
    unit: units.Count,
    decimals: 0,
    empty: 'not verified yet: that is done at the start and daily',
    about: {
      means:
        'Series of which the present and the end of the past disagreed when that was last verified; history does not tell everything.',
      act: 'when it is more than a few: curves then have a step at the moment of the backfill.',
      helps: 'docs/data-quality.md lists what Taiga does not record.',
    },
    values: [
      {
        name: 'series',
        expression: `sum(${own('bugflow_history_mismatch_series')})`,
        verdicts: [
          { word: 'agree', colour: 'green' },
          { word: 'differ', colour: 'yellow', from: 1 },
        ],
      },
    ],
  });
}
