import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readMessage, type SlackMessage } from './slack-message.js';

/** How Slack answers: as it should, or as on a bad day. */
export type Mood =
  | { readonly kind: 'well' }
  | { readonly kind: 'limited'; readonly retryAfterS: number }
  | { readonly kind: 'broken' }
  /** Does not answer until the server is closed or its mood changes; or never, what was asked meanwhile. */
  | { readonly kind: 'silent'; readonly forGood?: true }
  /** Breaks the connection off. */
  | { readonly kind: 'dropping' }
  /** As a workspace that knows neither charts nor tables. */
  | { readonly kind: 'old' }
  /** What only the API says, with status 200, like `not_in_channel`. */
  | { readonly kind: 'refusing'; readonly error: string };

export interface SlackPost<Message = SlackMessage> {
  readonly atMs: number;
  /** Of a webhook its path, of a token `#channel`. */
  readonly to: string;
  readonly message: Message;
  /** What Slack or a reader would have against it. */
  readonly problems: readonly string[];
  /** Whether it is to be seen in the channel. */
  readonly accepted: boolean;
}

export interface SlackServer<Message = SlackMessage> {
  readonly url: string;
  /** Address of an incoming webhook. */
  webhook(name?: string): string;
  /** Address of `chat.postMessage`, and the token it wants. */
  readonly postMessage: string;
  readonly token: string;
  /** Every attempt, in its order. */
  readonly posts: readonly SlackPost<Message>[];
  /** Those that can be seen. */
  accepted(): readonly SlackPost<Message>[];
  setMood(mood: Mood): void;
  close(): Promise<void>;
}

const MOST_BYTES = 1_000_000;
const TOKEN = 'xoxb-1234-test';

/** A message, and what Slack or a reader would have against it. */
type ReadMessage<Message> = (body: string) => { readonly message: Message; readonly problems: string[] };

/** Plays Slack on loopback: incoming webhooks, and `chat.postMessage`. */
export function startSlack(): Promise<SlackServer> {
  return startSlackFor(readMessage);
}

/** The same for other messages than those of alerts. */
export async function startSlackFor<Message extends { readonly channel?: string | undefined }>(
  read: ReadMessage<Message>,
): Promise<SlackServer<Message>> {
  const posts: SlackPost<Message>[] = [];
  const silent = new Set<ServerResponse>();
  let mood: Mood = { kind: 'well' };

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'text/html' }).end(`invalid_payload: ${String(error)}`);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const path = request.url ?? '';
    const isApi = path === '/api/chat.postMessage';
    const text = (status: number, said: string, headers = {}): void =>
      void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(said);
    const json = (said: object): void =>
      void response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(said));

    if (request.method !== 'POST' || !(isApi || path.startsWith('/services/')))
      return text(404, 'no_service');
    if (isApi && request.headers.authorization !== `Bearer ${TOKEN}`)
      return json({ ok: false, error: 'invalid_auth' });
    const { message, problems } = read(body);
    if (isApi && !message.channel) return json({ ok: false, error: 'channel_not_found' });
    const isTooNew = mood.kind === 'old' && /"type":"(data_visualization|table)"/.test(body);
    const accepted = (mood.kind === 'well' || (mood.kind === 'old' && !isTooNew)) && problems.length === 0;
    posts.push({ atMs: Date.now(), to: isApi ? (message.channel ?? '') : path, message, problems, accepted });

    if (mood.kind === 'silent') return void silent.add(response);
    if (mood.kind === 'dropping') return void request.socket.destroy();
    if (mood.kind === 'broken') return text(500, 'server_error');
    if (mood.kind === 'limited')
      return text(429, isApi ? '{"ok":false,"error":"ratelimited"}' : 'rate_limited', {
        'retry-after': String(mood.retryAfterS),
      });
    if (mood.kind === 'refusing' && isApi) return json({ ok: false, error: mood.error });
    if (isTooNew)
      return isApi
        ? json({
            ok: false,
            error: 'invalid_blocks',
            response_metadata: { messages: ['[ERROR] unsupported type [json-pointer:/blocks/2/type]'] },
          })
        : text(400, 'invalid_blocks');
    if (problems.length > 0)
      return isApi ? json({ ok: false, error: 'invalid_attachments' }) : text(400, 'invalid_attachments');
    if (!isApi) return text(200, 'ok');
    json({ ok: true, channel: 'C0123456789', ts: `${posts.length}.000100`, message });
  }

  const listening = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hangUp = (): void => {
    for (const response of silent) response.destroy();
    silent.clear();
  };
  return {
    url,
    webhook: (name = 'general') => `${url}/services/T0/B0/${name}`,
    postMessage: `${url}/api/chat.postMessage`,
    token: TOKEN,
    posts,
    accepted: () => posts.filter(({ accepted }) => accepted),
    setMood(next) {
      if (!(mood.kind === 'silent' && mood.forGood)) hangUp();
      mood = next;
    },
    async close() {
      hangUp();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
