#!/usr/bin/env node
import { watchLauncher } from './main/launcher.js';
import { watchSignals } from './main/signals.js';

// Before the rest is loaded, which takes a while in which somebody may want to end it.
const signals = watchSignals();
watchLauncher(process.env, () => process.kill(process.pid, 'SIGTERM'));
const { readFileSync } = await import('node:fs');
const { runCli } = await import('./main/cli.js');

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
// A reader that has seen enough, as in `… | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await runCli(process.argv, { env: process.env, version, signals });
