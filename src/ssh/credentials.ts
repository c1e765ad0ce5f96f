import { stat } from 'node:fs/promises';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { BugflowError } from '../base/errors.js';
import { readSecret } from '../config/secret.js';
import { type AgentKey, listAgentKeys, type OneKeyAgent } from './agent-keys.js';
import { readPrivateKey, readPublicHalf } from './private-key.js';
import type { Hop } from './route.js';

/** One way to log in. */
export interface Credential {
  /** For messages; never contains the secret. */
  readonly name: string;
  /** How the server calls the kind. */
  readonly kind: 'publickey' | 'password' | 'keyboard-interactive';
  readonly method: AnyAuthMethod;
  /** Where an agent holds the key. */
  readonly agent?: OneKeyAgent;
}

export interface Credentials {
  /** In the order in which they are tried. */
  readonly ways: readonly Credential[];
  /** Why others are not among them. */
  readonly unusable: readonly string[];
  /** Questions of the server that nobody answered, as they come. */
  readonly unanswered: string[];
}

/**
 * The ways to log in: first the keys that are named for this server, each from the agent if its file cannot be opened; then
 * the agent's others, unless only the named ones are wanted; then the keys where they are by default. So the right one comes
 * before the server has had enough of trying. Files are read again each time. @throws BugflowError
 */
export async function readCredentials(hop: Hop): Promise<Credentials> {
  const { login } = hop;
  const unusable: string[] = [];
  const unanswered: string[] = [];
  const held = login.agent === undefined ? [] : await heldBy(login.agent, unusable);
  const usesFiles = login.keyFile === undefined && login.passwordFile === undefined;
  const files = usesFiles ? await existing(hop.identityFiles) : [];

  const named: Credential[] = [];
  let problem: unknown;
  if (login.keyFile !== undefined) named.push(await ofFile(login.keyFile, held, hop));
  for (const file of files) {
    try {
      named.push(await ofFile(file, held, hop));
    } catch (error) {
      if (!(error instanceof BugflowError)) throw error;
      problem ??= error;
      unusable.push(error.message);
    }
  }
  const shown = new Set(named.map(publicHalfOf));
  const others = held.filter(({ publicHalf }) => !shown.has(publicHalf.toString('base64')));
  const tried = hop.identitiesOnly ? [] : others;
  if (others.length > tried.length)
    unusable.push(`IdentitiesOnly in ${hop.configFile} leaves out the other keys of the agent`);
  const namesKeys = login.keyFile !== undefined || hop.namesIdentities;
  const ofOthers = tried.map((key) => ofAgent(key, hop));
  const ways = [
    ...(namesKeys ? [...named, ...ofOthers] : [...ofOthers, ...named]),
    ...(await passwords(hop, unanswered)),
  ];
  if (ways.length > 0) return { ways, unusable, unanswered };
  if (problem !== undefined && held.length === 0) throw problem;
  const why = unusable.length === 0 ? '' : ` (${unusable.join('; ')})`;
  throw new BugflowError(
    'TUNNEL_LOGIN_REFUSED',
    `there is nothing to log in with at ${hop.label}${why}; set key_file or password_file under ssh, or start an SSH agent`,
  );
}

async function heldBy(socket: string, unusable: string[]): Promise<readonly AgentKey[]> {
  const keys = await listAgentKeys(socket);
  if (!(keys instanceof Error)) {
    if (keys.length === 0) unusable.push(`the agent at ${socket} holds no key`);
    return keys;
  }
  unusable.push(`the keys of the agent at ${socket} cannot be used: ${keys.message}`);
  return [];
}

async function ofFile(file: string, held: readonly AgentKey[], hop: Hop): Promise<Credential> {
  const { login, user: username } = hop;
  try {
    const passphrase =
      login.passphraseFile === undefined ? login.passphrase : await readSecret(login.passphraseFile);
    const key: ParsedKey = await readPrivateKey(file, passphrase);
    return { name: `the key ${file}`, kind: 'publickey', method: { type: 'publickey', username, key } };
  } catch (error) {
    // The agent may hold the same key, already unlocked.
    const half = held.length === 0 ? undefined : await readPublicHalf(file);
    const same = half && held.find(({ publicHalf }) => publicHalf.equals(half));
    if (same === undefined) throw error;
    return { ...ofAgent(same, hop), name: `the key ${file}` };
  }
}

function ofAgent({ comment, agent }: AgentKey, { user: username }: Hop): Credential {
  return {
    name: `the key "${comment}" of the agent`,
    kind: 'publickey',
    method: { type: 'agent', username, agent },
    agent,
  };
}

function publicHalfOf({ method, agent }: Credential): string | undefined {
  if (agent !== undefined) return agent.publicHalf().toString('base64');
  return method.type === 'publickey'
    ? (method.key as ParsedKey).getPublicSSH().toString('base64')
    : undefined;
}

/** A server may ask at any length. */
const MAX_PROMPT_LENGTH = 80;

/** What is asked for when somebody logs in with more than a password: it must not be sent there. */
const ASKS_FOR_MORE = /code|otp|token|pin\b|one.?time|verification|challenge|second factor/i;

async function passwords(
  { login, user: username }: Hop,
  unanswered: string[],
): Promise<readonly Credential[]> {
  if (login.passwordFile === undefined) return [];
  const password = await readSecret(login.passwordFile);
  const name = `the password in ${login.passwordFile}`;
  const answer = ({ prompt }: { readonly prompt: string }): string => {
    if (!ASKS_FOR_MORE.test(prompt)) return password;
    unanswered.push(prompt.trim().slice(0, MAX_PROMPT_LENGTH));
    return '';
  };
  return [
    { name, kind: 'password', method: { type: 'password', username, password } },
    // Servers that check passwords through PAM accept them only this way.
    {
      name,
      kind: 'keyboard-interactive',
      method: {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(answer)),
      },
    },
  ];
}

async function existing(files: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(
    files.map((file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, i) => there[i]);
}
