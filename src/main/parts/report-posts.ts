import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { messageOf } from '../../base/errors.js';
import type { Engine } from '../../collectors/engine.js';
import { createHttpClient, type HttpClient } from '../../http/http-client.js';
import type { Draw } from '../../reports/formats/draw.js';
import { createPostMemory } from '../../reports/posts/post-memory.js';
import { createPoster } from '../../reports/posts/poster.js';
import type { ReportPost } from '../../reports/posts/report-post.js';
import type { CreateTicker } from '../../scheduling/cron-ticker.js';
import { createJob, type Job } from '../../scheduling/job.js';
import { createSlack } from '../../slack/slack.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { createPostStore } from '../post-store.js';
import type { ReportsPart } from './reports.js';
import type { StatePart } from './state.js';

export interface ReportPostsPartOptions {
  readonly installation: Installation;
  readonly reports: Pick<ReportsPart, 'reports'>;
  readonly state: Pick<StatePart, 'store'>;
  readonly engine: () => Pick<Engine, 'statuses'>;
  readonly draw: Draw;
  readonly createTicker: CreateTicker;
  readonly log: Logger;
}

const LEARNED_CHECK_MS = 5000;

/** Posts reports into Slack on their schedules. */
export function createReportPostsPart(options: ReportPostsPartOptions): Part {
  const { reports, state, engine, draw, createTicker, log } = options;
  let { installation } = options;
  let jobs: readonly Job[] = [];
  let ending = new AbortController();
  let http: HttpClient | undefined;

  /** Reports tell of history, which is read for the first time after the start. */
  const learned = async (signal: AbortSignal): Promise<void> => {
    while (engine().statuses() === undefined) await sleep(LEARNED_CHECK_MS, undefined, { signal });
  };
  const start = (): void => {
    const { posts, config } = installation;
    if (posts.length === 0) return;
    ending = new AbortController();
    const { signal } = ending;
    const store = state.store();
    http = createHttpClient({ signal });
    const poster = createPoster({
      run: async (request, at) => {
        await learned(signal);
        return reports.reports().run(request, at);
      },
      slack: createSlack({ http, signal }),
      draw,
      memory: store ? createPostStore(store) : createPostMemory(),
      serviceUrl: config.externalUrls.exporter,
      signal,
      log,
    });
    const jobOf = (post: ReportPost): Job =>
      createJob({
        name: post.name,
        schedule: post.schedule,
        timeZone: post.timeZone,
        policy: post.missed === 'late' ? 'catch-up' : 'skip',
        createTicker,
        run: (dueAtMs) => poster.post(post, dueAtMs),
        onError: (error) => log.warn(`report "${post.name}": ${messageOf(error)}`),
        memory: {
          read: async () => poster.lastDueAtMs(post),
          write: async (dueAtMs) => poster.beginAt(post, dueAtMs),
        },
      });
    jobs = posts.map(jobOf);
    for (const job of jobs) job.start();
  };

  return {
    name: 'report posts',
    start,
    async stop() {
      ending.abort();
      await Promise.all(jobs.map((job) => job.stop()));
      jobs = [];
      await http?.close();
      http = undefined;
    },
    settings: ({ posts, config: { stateFile, externalUrls } }) =>
      posts.map(({ place: _, ...post }) => ({ ...post, stateFile, serviceUrl: externalUrls.exporter })),
    reload(next) {
      installation = next;
    },
  };
}
