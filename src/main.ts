#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCli } from './main/cli.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
process.exitCode = await runCli(process.argv, { env: process.env, version });
