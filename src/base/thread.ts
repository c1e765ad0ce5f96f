import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Runs a module in a thread of its own.
 * @param module without its ending, as `new URL('./demo-thread', import.meta.url)`
 */
export function startThread(module: URL, options: WorkerOptions): Worker {
  return new Worker(entryOf(module), options);
}

/** What is loaded as it was written, by tsx, is only so in the first thread: others have to ask for it. */
function entryOf(module: URL): URL {
  if (import.meta.url.endsWith('.js')) return new URL(`${module.href}.js`);
  const tsx = import.meta.resolve('tsx/esm/api');
  const script = `import { register } from '${tsx}'; register(); await import('${module.href}.ts');`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}
