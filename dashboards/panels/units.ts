export {
  BytesIEC,
  Days,
  Hours,
  Minutes,
  // Whole, and not shortened to thousands.
  NoUnit as Count,
  PercentUnit,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units';
