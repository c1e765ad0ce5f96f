import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';

/** An SSH server that takes one password, asked for in one way: OpenSSH would need an account on this machine. */
export async function startPasswordServer(
  hostKey: Buffer,
  method: string,
  password: string,
): Promise<{ readonly port: number; close(): void }> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const decide = (given: string | undefined): void => {
        if (given === password) context.accept();
        else context.reject();
      };
      if (context.method !== method) context.reject([method as 'password']);
      else if (context.method === 'password') decide(context.password);
      else if (context.method === 'keyboard-interactive')
        context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) => decide(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
