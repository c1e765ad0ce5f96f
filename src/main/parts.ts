import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import type { Exposition } from '../exposition/exposition.js';
import { createDrawAside } from '../reports/formats/draw-aside.js';
import type { CreateTicker } from '../scheduling/cron-ticker.js';
import { menuOf } from '../server/mount-routes.js';
import { type PageScript, readPageScript } from '../server/page-script.js';
import { NO_RUNBOOKS, type Runbooks, readRunbooks } from '../server/runbooks/library.js';
import type { Web } from '../server/web.js';
import type { Access } from '../store/store.js';
import type { Installation } from './installation.js';
import type { Part } from './part.js';
import { createAlertsPart } from './parts/alerts.js';
import { createCollectorsPart } from './parts/collectors.js';
import { createCollectorsPage } from './parts/collectors-page.js';
import { createDatabasePart } from './parts/database.js';
import { createPageScriptPart } from './parts/page-script.js';
import { createReportPostsPart } from './parts/report-posts.js';
import { createReportsPart } from './parts/reports.js';
import { createRunbooksPart } from './parts/runbooks.js';
import { createStatePart } from './parts/state.js';
import { createStatusPart } from './parts/status.js';
import { createWebPart } from './parts/web.js';

/** The folder `docs/runbooks/` that ships with the package; the path works from `src/main` and `dist/main`. */
const SHIPPED_RUNBOOKS = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));

/** The script that ships with the package. */
const SHIPPED_SCRIPT = fileURLToPath(new URL('../../assets/pages.js', import.meta.url));

/** What the parts are created from. */
export interface PartsContext {
  readonly installation: Installation;
  readonly version: string;
  readonly exposition: Exposition;
  readonly web: Pick<Web, 'lastReadSuccessful'>;
  /** `own`: the state file becomes this process's own. */
  readonly stateAccess: Access;
  readonly log: Logger;
  readonly createTicker: CreateTicker;
  /** Called when a part's own metrics have changed, to publish them soon. */
  readonly refresh: () => void;
}

/**
 * All parts in the order in which they start; they stop in the reverse order. A new part is added here.
 * @throws BugflowError
 */
export async function createParts(context: PartsContext): Promise<readonly Part[]> {
  const { installation, version, web, log } = context;
  const state = await createStatePart(context);
  const database = createDatabasePart(context);
  const collectors = createCollectorsPart({ ...context, database, state });
  const { engine } = collectors;
  const draw = createDrawAside();
  const reports = createReportsPart({ installation, database, engine, draw });
  const parts: readonly Part[] = [
    createWebPart({ installation, web, log }),
    createAlertsPart(installation),
    state,
    database,
    collectors,
    createCollectorsPage({ installation, engine }),
    reports,
    createReportPostsPart({ ...context, reports, state, engine, draw }),
    createRunbooksPart({ installation, runbooks: await shippedRunbooks(log) }),
    createPageScriptPart(await shippedScript(log)),
  ];
  const menu = menuOf(parts.flatMap(({ routes = [] }) => routes));
  return [...parts, createStatusPart({ version, engine, databaseTarget: database.target, menu })];
}

async function shippedRunbooks(log: Logger): Promise<Runbooks> {
  return readRunbooks(SHIPPED_RUNBOOKS).catch((error: unknown) => {
    log.warn(`/runbooks is empty: ${messageOf(error)}`);
    return NO_RUNBOOKS;
  });
}

/** Pages work without it, too. */
async function shippedScript(log: Logger): Promise<PageScript | undefined> {
  return readPageScript(SHIPPED_SCRIPT).catch((error: unknown) => {
    log.warn(`pages have no script: ${messageOf(error)}`);
    return undefined;
  });
}
