import { startThread } from '../../base/thread.js';
import type { Draw } from './draw.js';

/**
 * Draws in a thread of its own, so that whoever asks the service for something else does not wait: a long PDF takes seconds
 * to lay out. One after the other, as each needs some memory; the thread ends with its file, and gives that back.
 */
export function createDrawAside(): Draw {
  let last: Promise<unknown> = Promise.resolve();
  return (result, drawing) => {
    const next = last.then(() => inThread({ result, drawing }));
    last = next.catch(() => undefined);
    return next;
  };
}

function inThread(workerData: unknown): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const thread = startThread(new URL('./draw-thread', import.meta.url), { workerData });
    // The service may end meanwhile.
    thread.unref();
    thread.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that draws ended with ${code}`)));
  });
}
