import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderWith } from '../unit/helpers.js';

/** A socket as systemd's, and what arrives there. */
export interface NotifySocket {
  readonly path: string;
  /** Each message: its assignments in their order. */
  readonly messages: readonly (readonly string[])[];
  /** The first assignment of each, without signs of life. */
  turns(): string[];
}

// Closing the descriptors that come with a message is how systemd says that it has read it.
const RECEIVER = `
import json, os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps([]), flush=True)
while True:
    message, ancillary, _, _ = receiver.recvmsg(4096, socket.CMSG_SPACE(64))
    for _, _, data in ancillary:
        for at in range(0, len(data), 4):
            os.close(int.from_bytes(data[at:at + 4], sys.byteorder))
    print(json.dumps(message.decode().strip().split("\\n")), flush=True)
`;

export const hasNotify = ['systemd-notify', 'python3'].every(
  (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
);

export async function openNotifySocket(): Promise<NotifySocket> {
  const path = join(await folderWith({}), 'notify');
  const receiver = spawn('python3', ['-c', RECEIVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void receiver.kill());
  const messages: string[][] = [];
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    receiver.once('error', reject);
    receiver.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as string[];
        if (message.length === 0) resolve();
        else if (message[0] !== 'BARRIER=1') messages.push(message);
      }
    });
  });
  return {
    path,
    messages,
    turns: () => messages.map(([first = '']) => first).filter((first) => first !== 'WATCHDOG=1'),
  };
}

/** A folder with a program `systemd-notify` that does this. */
export async function fakeNotify(script: string): Promise<string> {
  const folder = await folderWith({ 'systemd-notify': `#!/bin/sh\n${script}\n` });
  spawnSync('chmod', ['+x', join(folder, 'systemd-notify')]);
  return folder;
}
