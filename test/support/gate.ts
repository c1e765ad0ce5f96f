import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback in front of a server: its connections can be cut, frozen and let through again. */
export interface Gate {
  readonly port: number;
  /** The URL with the gate's address in place of the server's. */
  through(url: string): string;
  /** Cuts every connection and refuses new ones, as when the server is stopped. */
  shut(): Promise<void>;
  /** Accepts connections again, on the same port, and lets everything through. */
  open(): Promise<void>;
  /** Stops passing data without cutting connections, like a firewall that drops packets. */
  freeze(): void;
  /** Cuts a connection as soon as the server has sent this text on it. */
  cutAfter(text: string): void;
  /** Freezes as soon as a client has sent this text, which still gets through. */
  freezeAfter(text: string): void;
  /** The number of pieces that clients have sent since it froze. */
  held(): number;
  close(): Promise<void>;
}

/** In front of a server on loopback; without a port it accepts connections and never answers. */
export async function startGate(targetPort: number | undefined): Promise<Gate> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let frozen = false;
  let held = 0;
  let lastWords: string | undefined;
  let lastQuestion: string | undefined;

  const freeze = (): void => {
    frozen = true;
    held = 0;
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const pass = (client: Socket): void => {
    keep(client);
    if (targetPort === undefined) return;
    const target = connect(targetPort, '127.0.0.1');
    keep(target);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('data', (bytes) => {
        if (frozen) {
          if (from === client) held += 1;
          return;
        }
        const last = from === target && lastWords !== undefined && bytes.includes(lastWords);
        to.write(bytes, () => last && to.destroy());
        if (from === client && lastQuestion !== undefined && bytes.includes(lastQuestion)) freeze();
      });
      from.on('close', () => to.destroy());
    }
  };
  const listen = async (port: number): Promise<number> => {
    const listening = createServer(pass).listen(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      listening.once('listening', resolve);
      listening.once('error', reject);
    });
    server = listening;
    const address = listening.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  };
  const shut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  return {
    port,
    through: (url) => {
      const changed = new URL(url);
      changed.port = String(port);
      return changed.href;
    },
    shut,
    async open() {
      frozen = false;
      lastWords = undefined;
      lastQuestion = undefined;
      if (!server) await listen(port);
    },
    freeze,
    held: () => held,
    cutAfter(text) {
      lastWords = text;
    },
    freezeAfter(text) {
      lastQuestion = text;
    },
    close: shut,
  };
}
