import { createHttpClient } from '../http/http-client.js';
import { draw } from '../reports/formats/draw.js';
import { createPostMemory } from '../reports/posts/post-memory.js';
import { createPoster } from '../reports/posts/poster.js';
import { createSlack } from '../slack/slack.js';
import type { Installation } from './installation.js';
import { openReports } from './open-reports.js';

export interface PostReportsOptions {
  /** Only posts of these reports; empty: all. */
  readonly reports: readonly string[];
  /** Prints what would be sent, and sends nothing. */
  readonly isDryRun: boolean;
  readonly now: Date;
  readonly write: (text: string) => void;
  readonly warn: (message: string) => void;
}

/** Posts the configured reports now, whatever their schedules say. @throws BugflowError */
export async function postReports(
  installation: Installation,
  { reports: wanted, isDryRun, now, write, warn }: PostReportsOptions,
): Promise<void> {
  for (const name of wanted) installation.reports.get(name);
  const posts = installation.posts.filter(({ report }) => wanted.length === 0 || wanted.includes(report));
  if (posts.length === 0) {
    warn('nothing to post: the configuration has no such entry in `reports`');
    return;
  }
  const { reports, close } = await openReports(installation, now, warn);
  const http = createHttpClient();
  try {
    const poster = createPoster({
      run: reports.run,
      slack: createSlack({ http }),
      draw,
      // The file belongs to the running service, and what somebody asks for is posted.
      memory: createPostMemory(),
      serviceUrl: installation.config.externalUrls.exporter,
      log: { info: (message) => write(`${message}\n`), warn },
    });
    for (const post of posts) {
      if (!isDryRun) await poster.post(post, now.getTime());
      else {
        const found = await poster.preview(post, now.getTime());
        write(`${post.name}: ${found ? 'would post' : 'nothing to tell'}\n`);
        if (!found) continue;
        write(`${JSON.stringify(found.message, null, 2)}\n`);
        const [file, instead] = [await found.file(false), found.message.plain && (await found.file(true))];
        if (file) write(`would attach ${file.name}, ${file.bytes.length} bytes\n`);
        else if (instead)
          write(`would attach ${instead.name}, ${instead.bytes.length} bytes, where Slack takes no charts\n`);
      }
    }
  } finally {
    await http.close();
    await close();
  }
}
