/** `1.2 GB`, `310 kB` */
export function formatBytes(bytes: number): string {
  return `${scaled(bytes, ['', 'k', 'M', 'G', 'T'])}B`;
}

/** `315 M`, `4.2 k`, `12` */
export function formatCount(count: number): string {
  return scaled(count, ['', 'k', 'M', 'G', 'T']).trim();
}

/** `2 h 05 min`, `4 min 10 s`, `7 s` */
export function formatTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  return minutes > 0 ? `${minutes} min ${pad(seconds % 60)} s` : `${seconds} s`;
}

function scaled(amount: number, prefixes: readonly string[]): string {
  let rest = amount;
  let step = 0;
  while (rest >= 999.5 && step < prefixes.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const text = step > 0 && rest < 9.95 ? rest.toFixed(1) : rest.toFixed(0);
  return `${text} ${prefixes[step]}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
