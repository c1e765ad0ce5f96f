import ssh2, { type ParsedKey } from 'ssh2';

/** One key that an agent holds. */
export interface AgentKey {
  readonly comment: string;
  readonly publicHalf: Buffer;
  readonly agent: OneKeyAgent;
}

/** An agent that shows one key alone, so that the login decides about each. */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: ssh2.BaseAgent;
  readonly #key: ParsedKey;
  #hasSigned = false;

  constructor(agent: ssh2.BaseAgent, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.#key = key;
  }

  /** Whether the server wanted a signature: only for a key that it knows. */
  hasSigned(): boolean {
    return this.#hasSigned;
  }

  publicHalf(): Buffer {
    return this.#key.getPublicSSH();
  }

  override getIdentities(callback: ssh2.IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: ssh2.SigningRequestOptions | ssh2.SignCallback,
    callback?: ssh2.SignCallback,
  ): void {
    this.#hasSigned = true;
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}

const LIMIT_MS = 5000;

/** The keys that an agent shows, in its order; the reason when it does not answer. */
export function listAgentKeys(socket: string): Promise<readonly AgentKey[] | Error> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve(new Error('it does not answer')), LIMIT_MS);
    const end = (result: readonly AgentKey[] | Error): void => {
      clearTimeout(limit);
      resolve(result);
    };
    const agent = ssh2.createAgent(socket);
    agent.getIdentities((error, keys = []) => {
      if (error) return end(error);
      end(
        keys.flatMap((shown) => {
          const key = ssh2.utils.parseKey(shown as Buffer);
          if (key instanceof Error) return [];
          return [
            { comment: key.comment, publicHalf: key.getPublicSSH(), agent: new OneKeyAgent(agent, key) },
          ];
        }),
      );
    });
  });
}
