#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './main/cli.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
// A reader that has seen enough, as in `… | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await runCli(process.argv, { env: process.env, version });
