import { join } from 'node:path';
import { renderLabels } from '../collectors/labels.js';
import { formatValue } from '../exposition/format.js';
import { blockStartMs } from './block-windows.js';
import { BufferedFile, type TextEncoding } from './buffered-file.js';
import type { Step, StepSink } from './steps.js';
import type { Series } from './timeline.js';

/** A file with the samples of one block. */
export interface WindowFile {
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly samples: number;
  readonly bytes: number;
}

export interface OpenMetricsFilesOptions {
  readonly folder: string;
  /** The timeline's series; the list grows while its changes are read. */
  readonly series: readonly Series[];
  readonly blockMs: number;
  /** Called with each complete file; the next file waits for the promise. */
  readonly onFile: (file: WindowFile) => Promise<void>;
}

export interface OpenMetricsFiles extends StepSink {
  finish(): Promise<void>;
  /** Removes the incomplete file. */
  discard(): Promise<void>;
}

/** Lines in one string: with fewer it is slower, with more the strings get long. */
const LINES_PER_PAGE = 2048;

/**
 * Writes one OpenMetrics file for each block. A series' line is rendered again only when its value changes; each step
 * combines the lines with its time.
 */
export function createOpenMetricsFiles(options: OpenMetricsFilesOptions): OpenMetricsFiles {
  const { folder, series, blockMs, onFile } = options;
  const lines = createLines(series);
  let file: BufferedFile | undefined;
  let windowEndMs = Number.NEGATIVE_INFINITY;
  let fromMs = 0;
  let toMs = 0;
  let samples = 0;

  const writeStep = (target: BufferedFile, step: Step): Promise<void> | undefined => {
    toMs = step.atMs;
    samples += step.present;
    const stamp = ` ${step.atMs / 1000}\n`;
    if (lines.pages.length === 1) return target.write(lines.render(0, stamp), lines.encoding);
    return writePages(target, stamp);
  };
  const writePages = async (target: BufferedFile, stamp: string): Promise<void> => {
    for (let page = 0; page < lines.pages.length; page += 1) {
      const waiting = target.write(lines.render(page, stamp), lines.encoding);
      if (waiting) await waiting;
    }
  };
  const begin = async (step: Step): Promise<void> => {
    await finish();
    const startMs = blockStartMs(step.atMs, blockMs);
    windowEndMs = startMs + blockMs;
    fromMs = step.atMs;
    samples = 0;
    file = await BufferedFile.create(join(folder, fileName(startMs)));
    await writeStep(file, step);
  };
  const finish = async (): Promise<void> => {
    if (!file) return;
    const done = file;
    const waiting = done.write('# EOF\n', 'latin1');
    if (waiting) await waiting;
    await done.finish();
    file = undefined;
    await onFile({ path: done.path, fromMs, toMs, samples, bytes: done.bytes });
  };

  return {
    step(step) {
      lines.update(step);
      if (step.present === 0) return undefined;
      return file && step.atMs < windowEndMs ? writeStep(file, step) : begin(step);
    },
    finish,
    async discard() {
      await file?.discard();
    },
  };
}

/** `20250103T060000Z.om`, from the block's start. */
export function fileName(startMs: number): string {
  return `${new Date(startMs).toISOString().replace(/[-:]|\.\d+/g, '')}.om`;
}

export const FILE_NAME = /^-?\d{8,}T\d{6}Z\.om(\.part)?$/;

interface Lines {
  readonly pages: readonly (readonly string[])[];
  readonly encoding: TextEncoding;
  update(step: Step): void;
  render(page: number, stamp: string): string;
}

/** The lines `name{labels} value` of all series that have a value, in pages. */
function createLines(series: readonly Series[]): Lines {
  const pages: string[][] = [];
  /** The place of each series' line; -1: it has none. */
  const places: number[] = [];
  /** The series of the line at each place. */
  const owners: number[] = [];
  /** `name{labels}` by series, rendered once. */
  const heads: string[] = [];
  let encoding: TextEncoding = 'latin1';

  const headOf = (index: number): string => {
    let head = heads[index];
    if (head === undefined) {
      const { name, labels } = series[index] ?? unknownSeries(index);
      head = name + renderLabels(labels);
      heads[index] = head;
    }
    return head;
  };
  const put = (place: number, text: string): void => {
    const page = Math.floor(place / LINES_PER_PAGE);
    let lines = pages[page];
    if (!lines) {
      lines = [];
      pages.push(lines);
    }
    lines[place % LINES_PER_PAGE] = text;
  };
  const add = (index: number, text: string): void => {
    places[index] = owners.length;
    put(owners.length, text);
    owners.push(index);
    if (!isAscii(text)) encoding = 'utf8';
  };
  /** Moves the last line to the place of the removed one. */
  const remove = (index: number, place: number): void => {
    const lastOwner = owners.pop();
    const lastPage = pages.at(-1);
    const lastText = lastPage?.pop();
    if (lastPage?.length === 0) pages.pop();
    places[index] = -1;
    if (lastOwner === undefined || lastText === undefined || lastOwner === index) return;
    places[lastOwner] = place;
    owners[place] = lastOwner;
    put(place, lastText);
  };

  return {
    pages,
    get encoding() {
      return encoding;
    },
    update({ changed, changedCount, values }) {
      for (let i = 0; i < changedCount; i += 1) {
        const index = changed[i] ?? 0;
        const value = values[index] ?? Number.NaN;
        const place = places[index] ?? -1;
        if (Number.isNaN(value)) {
          if (place >= 0) remove(index, place);
          continue;
        }
        const text = `${headOf(index)} ${formatValue(value)}`;
        if (place < 0) add(index, text);
        else put(place, text);
      }
    },
    render: (page, stamp) => `${pages[page]?.join(stamp) ?? ''}${stamp}`,
  };
}

function unknownSeries(index: number): never {
  throw new Error(`a change of series ${index}, which does not exist`);
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
