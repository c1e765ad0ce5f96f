/** An alert that is a consequence of another one is not sent while that one fires. */
export const INHIBITIONS = [
  {
    why: 'Without the exporter nothing is known about what it monitors.',
    source_matchers: ['alertname="BugflowExporterAbsent"'],
    target_matchers: [
      'alertname=~"Bugflow.*"',
      'alertname!~"BugflowExporterAbsent|BugflowAlertsNotDelivered|BugflowWatchdog"',
    ],
  },
  {
    why: 'The database is behind the tunnel.',
    source_matchers: ['alertname="BugflowTunnelDown"'],
    target_matchers: ['alertname="BugflowDatabaseDown"'],
  },
  {
    why: 'Collectors read the database.',
    source_matchers: ['alertname=~"BugflowTunnelDown|BugflowDatabaseDown"'],
    target_matchers: ['alertname=~"BugflowCollectorFailing|BugflowCollectorStale"'],
  },
  {
    why: 'The same problem, less urgent.',
    source_matchers: ['severity="critical"'],
    target_matchers: ['severity=~"warning|info"'],
    equal: ['alertname', 'project'],
  },
] as const;
