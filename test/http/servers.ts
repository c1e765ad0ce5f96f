import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** Listens on this machine until the test is over; resolves to the address, without a slash at the end. */
export async function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface TestProxy {
  readonly url: string;
  /** What it was asked for, in order: `CONNECT host:port`, or the method and the whole URL. */
  readonly asked: string[];
  /** The credentials that it was shown. */
  readonly authorizations: (string | undefined)[];
}

/** Answers plain requests itself, with `answer`; what is to be tunnelled it connects to `behind`, whatever it is called. */
export async function startProxy(answer: string, behind?: string): Promise<TestProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    response.end(answer);
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    // Whoever is refused may be gone before the answer is.
    socket.on('error', () => socket.destroy());
    if (behind === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(behind);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    onTestFinished(() => void upstream.destroy());
  });
  return { url: await listen(server), asked, authorizations };
}
