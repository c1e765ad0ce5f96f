import type { Credential } from './credentials.js';
import type { LoginOutcome } from './login.js';
import type { Hop } from './route.js';

/** Names, each once, and an agent's keys together. */
export function listed(ways: readonly Credential[]): string {
  const ofAgent = ways.filter(({ agent }) => agent !== undefined);
  const names = ways.map(({ name, agent }) =>
    agent !== undefined && ofAgent.length > 1 ? `${ofAgent.length} keys of the agent` : name,
  );
  return [...new Set(names)].join(', ');
}

/** Why a server let nobody in, which of the factors it was, and what to do. */
export function explainRefusedLogin(hop: Hop, outcome: LoginOutcome): string {
  const { accepted, refused, unusable, unanswered } = outcome;
  const server = `the SSH server ${hop.label}`;
  const also = unusable.length === 0 ? '' : ` (not tried: ${unusable.join('; ')})`;
  const first = accepted.length === 0 ? '' : `accepted ${listed(accepted)} for user "${hop.user}", but then `;
  if (unanswered.length > 0)
    return `${server} ${first}asks for "${unanswered.at(-1)}", which only a person can answer; let user "${hop.user}" in without, with a Match User in sshd_config`;
  if (refused.length > 0)
    return `${server} ${first}refused ${first === '' ? `user "${hop.user}" with ` : ''}${listed(refused)}${also}; ${fixOfRefused(refused)}${unfit(outcome)}`;
  const wanted = outcome.wanted?.join(' or ') || 'something else';
  const only = first === '' ? `lets user "${hop.user}" in only with ${wanted}` : `wants ${wanted}`;
  const use =
    outcome.waiting.length === 0
      ? 'for which nothing is given here'
      : `so ${listed(outcome.waiting)} cannot be used`;
  return `${server} ${first}${only}, ${use}${also}; ${fixOfMissing(outcome.wanted ?? [])}`;
}

function fixOfRefused(refused: readonly Credential[]): string {
  const checks = [
    'ssh.user',
    ...(refused.some(({ kind }) => kind !== 'publickey') ? ['the password'] : []),
    ...(refused.some(({ kind }) => kind === 'publickey')
      ? ['that the public key is in ~/.ssh/authorized_keys there']
      : []),
  ];
  return `check ${checks.join(', and ')}`;
}

/** What was left because the server does not want it. */
function unfit({ refused, waiting, wanted }: LoginOutcome): string {
  const left = waiting.filter(({ name }) => !refused.some((other) => other.name === name));
  if (left.length === 0 || wanted === undefined) return '';
  return `; it takes only ${wanted.join(' or ')}, so ${listed(left)} cannot be used`;
}

function fixOfMissing(wanted: readonly string[]): string {
  if (wanted.includes('publickey')) return 'set ssh.key_file';
  if (wanted.includes('password') || wanted.includes('keyboard-interactive')) return 'set ssh.password_file';
  return 'allow publickey or password there (AuthenticationMethods in sshd_config)';
}
