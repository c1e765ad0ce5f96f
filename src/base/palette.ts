/** The colours of pages and pictures by name. */
export interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly ground: string;
  readonly card: string;
  readonly good: string;
  readonly bad: string;
  readonly accent: string;
  /** They differ for colour-blind people, too (after Okabe and Ito). */
  readonly 'series-0': string;
  readonly 'series-1': string;
  readonly 'series-2': string;
  readonly 'series-3': string;
  readonly 'series-4': string;
  readonly 'series-5': string;
  readonly 'series-6': string;
  readonly 'series-7': string;
}

export type ColorName = keyof Palette;
export type Theme = 'light' | 'dark';

export const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    ...{ ink: '#1d2733', soft: '#5b6b7b', line: '#dde3ea', ground: '#f6f8fa', card: '#fff' },
    ...{ good: '#1a7f4b', bad: '#c0392b', accent: '#2467b5' },
    ...{ 'series-0': '#0072b2', 'series-1': '#e69f00', 'series-2': '#009e73', 'series-3': '#cc79a7' },
    ...{ 'series-4': '#56b4e9', 'series-5': '#d55e00', 'series-6': '#8a8f98', 'series-7': '#b5a300' },
  },
  dark: {
    ...{ ink: '#e6ebf0', soft: '#9aa8b6', line: '#303b47', ground: '#151b22', card: '#1d252e' },
    ...{ good: '#4cc38a', bad: '#ff7b6b', accent: '#7db4f0' },
    ...{ 'series-0': '#3b9ae1', 'series-1': '#f0b23a', 'series-2': '#2bbd92', 'series-3': '#df93bd' },
    ...{ 'series-4': '#9bd6fb', 'series-5': '#f07f3c', 'series-6': '#8e98a5', 'series-7': '#f0e442' },
  },
};

export function isColorName(text: string): text is ColorName {
  return Object.hasOwn(PALETTES.light, text);
}

/** The colours as CSS variables: `--ink: #1d2733; …`. */
export function colorVariables(theme: Theme): string {
  return Object.entries(PALETTES[theme])
    .map(([name, color]) => `--${name}: ${color}`)
    .join('; ');
}
