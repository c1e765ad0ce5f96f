import { parentPort, workerData } from 'node:worker_threads';
import type { ReportResult } from '../result.js';
import { type Drawing, draw } from './draw.js';

/** Runs in a thread: draw-aside.ts. */
const { result, drawing } = workerData as { readonly result: ReportResult; readonly drawing: Drawing };
const bytes = new Uint8Array(await draw(result, drawing));
parentPort?.postMessage(bytes, [bytes.buffer]);
