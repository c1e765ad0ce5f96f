import { Worker } from 'node:worker_threads';
import { BugflowError, type ErrorCode } from '../base/errors.js';
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
  const worker = new Worker(entry(), { workerData: options satisfies ThreadOptions });
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

/** What is loaded as it was written, by tsx, is only so in the first thread: others have to ask for it. */
function entry(): URL {
  if (import.meta.url.endsWith('.js')) return new URL('./demo-thread.js', import.meta.url);
  const [tsx, file] = [import.meta.resolve('tsx/esm/api'), new URL('./demo-thread.ts', import.meta.url).href];
  const script = `import { register } from '${tsx}'; register(); await import('${file}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

function restored({ message, code }: Extract<FromThread, { failed: unknown }>['failed']): Error {
  return code === undefined ? new Error(message) : new BugflowError(code, message);
}
