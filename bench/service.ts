import { execFile, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** `serve` as it ships, in a process of its own. */
export interface BenchService {
  /** Like `http://127.0.0.1:10284`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Compiles the program into this folder, as tsx takes some 40 MB itself; resolves to its file. */
export async function buildProgram(folder: string): Promise<string> {
  const path = join(folder, 'program');
  mkdirSync(path);
  for (const name of ['package.json', 'assets', 'metrics', 'reports', 'docs', 'node_modules'])
    symlinkSync(join(ROOT, name), join(path, name));
  const args = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', join(path, 'dist')];
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), args, { cwd: ROOT });
  return join(path, 'dist/main.js');
}

export async function startService(program: string, config: string): Promise<BenchService> {
  const args = [program, '--config', config, 'serve', '--port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /metrics at (http:\/\/[^/]+)\/metrics/.exec(said)?.[1];
      if (found) resolve(found);
    });
    void ended.then(() => reject(new Error(`the service ended: ${said}`)));
  });
  return {
    address,
    async close() {
      child.kill();
      await ended;
    },
  };
}
