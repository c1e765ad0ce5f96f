export {
  BytesIEC,
  Hours,
  Minutes,
  // Whole, and not shortened to thousands.
  NoUnit as Count,
  PercentUnit,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units';

/** Days, however many: the SDK's own unit turns them into weeks and years. */
export const Days = 'suffix: days';
