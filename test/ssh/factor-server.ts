import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type AuthenticationType } from 'ssh2';

export interface FactorServer {
  readonly port: number;
  /** The kinds that were tried, in order. */
  readonly tried: readonly string[];
  close(): void;
}

/**
 * An SSH server that wants several factors in one order, as OpenSSH does by `AuthenticationMethods`: for a right password
 * OpenSSH would need an account on this machine.
 */
export async function startFactorServer(
  hostKey: Buffer,
  order: readonly AuthenticationType[],
  right: { readonly password: string; readonly publicKey: Buffer; readonly prompt?: string },
): Promise<FactorServer> {
  const tried: string[] = [];
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    let done = 0;
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'none') tried.push(context.method);
      const decide = (isRight: boolean): void => {
        if (isRight) done += 1;
        if (done === order.length) context.accept();
        else context.reject([order[done] ?? 'none'], isRight);
      };
      if (context.method !== order[done]) context.reject([order[done] ?? 'none']);
      else judge(context, right, decide);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, tried, close: () => void server.close() };
}

function judge(
  context: AuthContext,
  right: Parameters<typeof startFactorServer>[2],
  decide: (isRight: boolean) => void,
): void {
  if (context.method === 'password') decide(context.password === right.password);
  else if (context.method === 'publickey') {
    const isKnown = context.key.data.equals(right.publicKey);
    // At first a client only asks whether it is known.
    if (isKnown && context.signature === undefined) context.accept();
    else decide(isKnown);
  } else if (context.method === 'keyboard-interactive')
    context.prompt([{ prompt: right.prompt ?? 'Password: ', echo: false }], ([answer]) =>
      decide(answer === right.password),
    );
}
