import { BugflowError, type ErrorCode } from '../base/errors.js';
import { startThread } from '../base/thread.js';
import type { DemoOptions, DemoTaiga } from './demo-taiga.js';

/** What the thread is given; it reports by messages. */
export type ThreadOptions = Omit<DemoOptions, 'onProgress'>;

export type FromThread =
  | { readonly progress: string }
  | { readonly url: string }
  | { readonly failed: { readonly message: string; readonly code: ErrorCode | undefined } };

/**
 * Like `startDemoTaiga`, in a thread of its own: while a statement of the embedded database runs, which can be seconds,
 * nothing else in its thread does, and this process would hear neither of signals nor of requests.
 */
export async function startDemoInThread({ onProgress, ...options }: DemoOptions): Promise<DemoTaiga> {
  const worker = startThread(new URL('./demo-thread', import.meta.url), {
    workerData: options satisfies ThreadOptions,
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
  const url = await new Promise<string>((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      if ('progress' in message) onProgress?.(message.progress);
      else if ('url' in message) resolve(message.url);
      else reject(restored(message.failed));
    });
    ended.then(() => reject(new Error('the demo has ended')), reject);
  });
  return {
    url,
    async close() {
      worker.postMessage('close');
      await ended;
    },
  };
}

function restored({ message, code }: Extract<FromThread, { failed: unknown }>['failed']): Error {
  return code === undefined ? new Error(message) : new BugflowError(code, message);
}
