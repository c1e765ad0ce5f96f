import { BugflowError } from '../base/errors.js';
import { withoutSlash } from '../config/web-address.js';
import { createHttpClient } from '../http/http-client.js';
import { type Access, httpTarget } from '../http/http-target.js';
import type { RetryPolicy } from '../http/retry.js';

/** Alertmanager may still be starting. */
const STARTING_RETRY: RetryPolicy = {
  firstMs: 500,
  longestMs: 5000,
  giveUpAfterMs: 60_000,
  requestTimeoutMs: 10_000,
};

interface ReloadOptions {
  readonly access?: Access | undefined;
  readonly print: (line: string) => void;
  readonly policy?: RetryPolicy;
}

/** Makes Alertmanager read its configuration again. @throws BugflowError when it does not, or refuses the configuration. */
export async function reload(
  address: string,
  { access, print, policy = STARTING_RETRY }: ReloadOptions,
): Promise<void> {
  const target = httpTarget(address, access);
  if (!target) throw new Error('unreachable: the address was checked');
  const url = `${withoutSlash(target.url)}/-/reload`;
  const client = createHttpClient({ secrets: target.secrets });
  try {
    await client.send(
      { method: 'POST', url, headers: target.headers, timeoutMs: policy.requestTimeoutMs },
      (outcome) => {
        if (outcome.kind === 'failure') return { again: outcome.reason };
        if (outcome.status === 200) return { value: undefined };
        // Alertmanager answers 500 when its new configuration is wrong; a proxy in front of it answers 502 to 504.
        if (outcome.status > 500) return { again: `it answers ${outcome.status}` };
        throw new BugflowError('ALERTMANAGER_REFUSED', `${url} answers ${outcome.status}: ${outcome.quote}`);
      },
      {
        policy,
        onWait: (reason) => print(`Alertmanager at ${target.url} does not answer yet: ${reason}`),
        giveUp: (reason) =>
          new BugflowError('ALERTMANAGER_UNREACHABLE', `cannot reach ${url}: ${reason}; is it running?`),
      },
    );
  } finally {
    await client.close();
  }
}
