import { Worker } from 'node:worker_threads';
import type { Draw } from './draw.js';

/**
 * Draws in a thread of its own, so that whoever asks the service for something else does not wait: a long PDF takes seconds
 * to lay out. One after the other, as each needs some memory; the thread ends with its file, and gives that back.
 */
export function createDrawAside(): Draw {
  let last: Promise<unknown> = Promise.resolve();
  return (result, drawing) => {
    const next = last.then(() => inWorker({ result, drawing }));
    last = next.catch(() => undefined);
    return next;
  };
}

function inWorker(workerData: unknown): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = FROM_SOURCE
      ? new Worker(RUN_SOURCE, { workerData, eval: true })
      : new Worker(new URL('draw-worker.js', import.meta.url), { workerData });
    // The service may end meanwhile.
    worker.unref();
    worker.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that draws ended with ${code}`)));
  });
}

/** In development, TypeScript runs as it is: what `--import tsx` does, reaches no thread. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const RUN_SOURCE = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('draw-worker.ts', import.meta.url).href)});
});`;
