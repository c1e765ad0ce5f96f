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

/** Of a file into Slack. */
export type UploadStep = 'ask' | 'send' | 'complete';

/** A file that is to be seen. */
export interface SharedFile {
  readonly name: string;
  readonly title: string;
  readonly altText: string;
  readonly bytes: Buffer;
  /** The message in whose thread it is. */
  readonly threadTs: string;
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
  /** How the next so many requests of this step of an upload are answered; the later ones, well. */
  setUploadMood(step: UploadStep, mood: Mood, times?: number): void;
  /** Every request of an upload that Slack looked at, in its order, with what Slack would have against it. */
  readonly uploads: readonly { readonly step: UploadStep; readonly problems: readonly string[] }[];
  readonly files: readonly SharedFile[];
  close(): Promise<void>;
}

const MOST_BYTES = 1_000_000;
const TOKEN = 'xoxb-1234-test';
const CHANNEL_ID = 'C0123456789';
const STEPS: readonly (readonly [string, UploadStep])[] = [
  ['/api/files.getUploadURLExternal', 'ask'],
  ['/upload/v1/', 'send'],
  ['/api/files.completeUploadExternal', 'complete'],
];
const tsOf = (count: number): string => `${count}.000100`;

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
  const uploads: { step: UploadStep; problems: readonly string[] }[] = [];
  const files: SharedFile[] = [];
  const asked = new Map<string, { name: string; length: number; altText: string; bytes?: Buffer }>();
  const uploadMoods = new Map<UploadStep, { mood: Mood; times: number }>();

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'text/html' }).end(`invalid_payload: ${String(error)}`);
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bytesOf(request);
    const body = bytes.toString('utf8');
    const path = request.url ?? '';
    const step = STEPS.find(([start]) => path.startsWith(start))?.[1];
    if (step) return upload(step, request, bytes, response);
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
    json({ ok: true, channel: CHANNEL_ID, ts: tsOf(posts.length), message });
  }

  function upload(step: UploadStep, request: IncomingMessage, bytes: Buffer, response: ServerResponse): void {
    const set = uploadMoods.get(step);
    const { kind, ...rest }: Mood = set && set.times > 0 ? set.mood : { kind: 'well' };
    if (set) set.times -= 1;
    const json = (said: object): void => void response.writeHead(200).end(JSON.stringify(said));
    const form = new URLSearchParams(step === 'send' ? '' : bytes.toString('utf8'));
    const found = step === 'send' ? asked.get((request.url ?? '').split('/').at(-1) ?? '') : undefined;
    const problems: string[] = [];
    const check = (holds: boolean, problem: string): void => {
      if (!holds) problems.push(problem);
    };
    const { authorization } = request.headers;
    check(request.method === 'POST', 'not a POST');
    check(
      authorization === (step === 'send' ? undefined : `Bearer ${TOKEN}`),
      'the token is not where it belongs',
    );
    const altText = form.get('alt_txt') ?? '';
    let shared: { id: string; title: string }[] = [];
    if (step === 'ask') {
      check(/^[\w.-]+\.(png|pdf)$/.test(form.get('filename') ?? ''), 'a bad file name');
      check(/^[1-9]\d*$/.test(form.get('length') ?? ''), 'no length');
      check(altText !== '' && altText.length <= 1000, 'alt_txt_too_large');
    }
    if (step === 'send') check(bytes.length === found?.length, `${bytes.length} bytes, not ${found?.length}`);
    if (step === 'complete') {
      shared = JSON.parse(form.get('files') ?? '[]');
      check(
        shared.length === 1 && shared.every(({ id }) => asked.get(id)?.bytes),
        'a file that is not there',
      );
      check(form.get('channel_id') === CHANNEL_ID, 'channel_not_found');
      check(
        posts.some(({ accepted }, i) => accepted && form.get('thread_ts') === tsOf(i + 1)),
        'thread_not_found',
      );
    }
    uploads.push({ step, problems });

    if (kind === 'silent') return void silent.add(response);
    if (kind === 'dropping') return void request.socket.destroy();
    if (kind === 'broken') return void response.writeHead(500).end('server_error');
    if (kind === 'limited')
      return void response
        .writeHead(429, { 'retry-after': 'retryAfterS' in rest ? String(rest.retryAfterS) : '1' })
        .end('{"ok":false,"error":"ratelimited"}');
    const error = kind === 'refusing' && 'error' in rest ? rest.error : problems[0];
    if (error !== undefined)
      return void (step === 'send' ? response.writeHead(400).end(error) : json({ ok: false, error }));
    if (step === 'ask') {
      const id = `F${asked.size}`;
      asked.set(id, { name: form.get('filename') ?? '', length: Number(form.get('length')), altText });
      return void json({ ok: true, file_id: id, upload_url: `${url}/upload/v1/${id}` });
    }
    if (step === 'send') {
      if (found) found.bytes = bytes;
      return void response.writeHead(200).end(`OK - ${bytes.length}`);
    }
    for (const { id, title } of shared) {
      const { name = '', altText: alt = '', bytes: content = Buffer.of() } = asked.get(id) ?? {};
      files.push({ name, title, altText: alt, bytes: content, threadTs: form.get('thread_ts') ?? '' });
    }
    json({ ok: true, files: shared });
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
    setUploadMood: (step, next, times = 1) => void uploadMoods.set(step, { mood: next, times }),
    uploads,
    files,
    async close() {
      hangUp();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
