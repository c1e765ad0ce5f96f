// Runs in a thread: demo-in-thread.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { BugflowError, messageOf } from '../base/errors.js';
import type { FromThread, ThreadOptions } from './demo-in-thread.js';
import { startDemoTaiga } from './demo-taiga.js';

const tell = (message: FromThread): void => parentPort?.postMessage(message);

try {
  const taiga = await startDemoTaiga({
    ...(workerData as ThreadOptions),
    onProgress: (progress) => tell({ progress }),
  });
  parentPort?.once('message', () => void taiga.close());
  tell({ url: taiga.url });
} catch (error) {
  tell({
    failed: { message: messageOf(error), code: error instanceof BugflowError ? error.code : undefined },
  });
}
