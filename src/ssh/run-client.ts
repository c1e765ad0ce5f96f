import { type ChildProcess, spawn } from 'node:child_process';

export interface ClientOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ranOut: boolean;
}

/**
 * Runs OpenSSH's client. What a `Match exec` starts belongs to it: all of it ends with the time limit, and with this process.
 * Rejects when the program cannot be started.
 */
export function runClient(
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<ClientOutcome> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that it can be ended as a whole.
    const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr, ranOut] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const end = (): void => killGroup(child);
    const limit = setTimeout(() => {
      ranOut = true;
      end();
    }, timeoutMs);
    const settle = (): void => {
      clearTimeout(limit);
      process.off('exit', end);
    };
    // Before a process that a signal ends gives itself up to it.
    process.prependOnceListener('exit', end);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (status) => {
      settle();
      resolve({ status, stdout, stderr, ranOut });
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
