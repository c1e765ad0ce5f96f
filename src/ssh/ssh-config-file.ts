import { BugflowError, isErrorCode, messageOf } from '../base/errors.js';
import { readNamedFile } from '../base/read-at-most.js';
import type { HostQuery, HostSettings } from './host-settings.js';
import { createOpensshLookup } from './openssh-client.js';
import { parseSshConfig } from './ssh-config-text.js';

/** Looks up a host. @throws BugflowError */
export type SshConfigFile = (query: HostQuery) => Promise<HostSettings>;

const NOTHING: HostSettings = {
  hostName: undefined,
  port: undefined,
  user: undefined,
  identityFiles: [],
  identitiesOnly: false,
  proxyJump: undefined,
};

/**
 * A file that does not exist has no settings. Otherwise OpenSSH's client reads it; where that is not installed, a library
 * that knows less. @throws BugflowError when the file cannot be read
 */
export async function readSshConfigFile(file: string, client: string): Promise<SshConfigFile> {
  let text: string;
  try {
    text = (await readNamedFile(file)).toString('utf8');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return async () => NOTHING;
    throw new BugflowError('CONFIG_UNREADABLE', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  const askOpenssh = createOpensshLookup(client, file);
  const answers = new Map<string, Promise<HostSettings>>();
  const lookUp = async (query: HostQuery): Promise<HostSettings> =>
    (await askOpenssh(query)) ?? parseSshConfig(file, text)(query);
  return ({ host, user, port }) => {
    // Each lookup starts a process, and a route needs several for each server.
    const key = JSON.stringify([host, user, port]);
    const answer = answers.get(key) ?? lookUp({ host, user, port });
    answers.set(key, answer);
    return answer;
  };
}
