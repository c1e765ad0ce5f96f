/** A series' value at each minute; undefined: no sample. */
export type Course = (minute: number) => number | undefined;
export type Courses = Readonly<Record<string, Course>>;

/** Just above what an alert allows, and just below. */
export interface Situation {
  readonly alert: string;
  /** Series that are the same in both. */
  readonly always?: Courses;
  readonly exceptional: Courses;
  readonly usual: Courses;
  /** When it has been so for long enough, in minutes from the beginning of 1970, a Thursday. */
  readonly at: number;
  /** When it is over; where what is usual would not show that. */
  readonly over?: Courses;
  /** How far samples, and looks at them, are apart: far where it takes weeks. */
  readonly stepMinutes: 1 | 60 | 120 | 360;
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Which collectors the numbers come from. */
  readonly collectors: readonly string[];
  readonly description: string;
  readonly items?: { readonly reason: string; readonly lines: readonly string[] };
  /** The address of the report with the items, after `/reports/`. */
  readonly report: string;
  readonly dashboard: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly summary: string;
}

const HOUR = 60;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const P = 'project="shop"';

/** Always the same. */
export const stays =
  (value: number): Course =>
  () =>
    value;
/** One value until a minute, another from then on. */
export const becomes =
  (before: number | undefined, minute: number, after: number | undefined): Course =>
  (at) =>
    at < minute ? before : after;

/** The exporter lists so many items for a reason. */
function list(reason: string, count: number, since = 0): Courses {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `taiga_attention_item_age_seconds{${P},kind="userstory",ref="${i + 1}",subject="Story ${i + 1}",reason="${reason}",url="https://taiga.example/${i + 1}"}`,
      becomes(undefined, since, (3 + i) * 86_400),
    ]),
  );
}

/** The worst first: the last of five, or of more. */
function lines(count: number): string[] {
  return Array.from({ length: Math.min(count, 5) }, (_, i) => {
    const n = count - i;
    return `#${n} Story ${n} (${2 + n}d) https://taiga.example/${n}`;
  });
}

/** Working all day and night: easy to reckon with. */
const ALWAYS_WORKING: Courses = { bugflow_working_seconds_total: (minute) => minute * 60 };
/** Eight hours of each day, evenly. */
const EIGHT_HOURS_A_DAY: Courses = { bugflow_working_seconds_total: (minute) => minute * 20 };

const BUG = 'issue_type="Bug"';
const BUG_TYPE: Courses = { [`taiga_issue_type_info{${P},${BUG},bug="true"}`]: stays(1) };

/** Bugs of the fourteenth week; 5 or 7 in each before: a mean of 6, a mean difference of 2, so the limit is 11.3. */
function bugsInAWeek(bugs: number): Courses {
  const reported = (minute: number): number => {
    const weeks = Math.floor((minute + WEEK / 2) / WEEK);
    let total = 0;
    for (let week = 0; week < weeks; week++) total += week === 13 ? bugs : week % 2 === 0 ? 5 : 7;
    return total;
  };
  return { [`taiga_issues_created_total{${P},${BUG},severity="Normal"}`]: reported };
}

function openBugs(...weeks: readonly number[]): Courses {
  return {
    [`taiga_issues{${P},status="New",stage="backlog",${BUG},severity="Normal",priority="Normal"}`]: (
      minute,
    ) => weeks[Math.min(Math.floor((minute + DAY) / WEEK), weeks.length - 1)],
  };
}

const CELL = `${P},status="Doing",swimlane=""`;
const SPRINT = `${P},sprint="sprint-7"`;

/** Half of it is over at the sixtieth day. */
const TEN_DAY_SPRINT: Courses = {
  [`taiga_sprint_start_timestamp_seconds{${SPRINT}}`]: stays(55 * 86_400),
  [`taiga_sprint_end_timestamp_seconds{${SPRINT}}`]: stays(65 * 86_400),
};

const MOVED = `taiga_status_transitions_total{${P},kind="userstory",from="A",to="B"`;
const RETURNED = `taiga_status_transitions_total{${P},kind="userstory",from="B",to="A",transition="rejected"}`;
/** From review on to test: it counts as rejected, and is no way back. */
const WENT_ON = `taiga_status_transitions_total{${P},kind="userstory",from="B",to="C",transition="rejected"}`;

export const SITUATIONS: readonly Situation[] = [
  {
    alert: 'TaigaBugInflowHigh',
    severity: 'warning',
    summary: 'More bugs come in than is usual for this team',
    always: { ...BUG_TYPE, ...list('new_bug', 2) },
    exceptional: bugsInAWeek(12),
    usual: bugsInAWeek(11),
    over: bugsInAWeek(5),
    at: 14 * WEEK + DAY,
    stepMinutes: 360,
    collectors: ['issue_flow', 'issue_types'],
    description:
      '12 bugs reported in the last seven days: more than chance explains, by the twelve weeks before.',
    items: { reason: 'new_bug', lines: lines(2) },
    report: 'bugs?project=shop&period=last+8+days#created',
    dashboard: 'bugflow-bug-flow',
  },
  {
    alert: 'TaigaCriticalBugUntriaged',
    severity: 'critical',
    summary: 'Critical bugs wait for somebody to look at them',
    exceptional: list('critical_untriaged', 7, 30),
    usual: {},
    at: 2 * HOUR,
    stepMinutes: 1,
    collectors: ['attention'],
    description:
      '7 or more critical bugs without assignee and decision for longer than thresholds.critical_untriaged_after.',
    items: { reason: 'critical_untriaged', lines: lines(7) },
    report: 'bugs?project=shop#open',
    dashboard: 'bugflow-bug-flow',
  },
  {
    alert: 'TaigaOpenBugsGrowing',
    severity: 'warning',
    summary: 'Open bugs have been growing for four weeks',
    always: {
      ...BUG_TYPE,
      ...list('open_bug', 1),
      [`taiga_items{${P},kind="userstory",status="New",stage="backlog"}`]: stays(1),
    },
    exceptional: openBugs(20, 21, 22, 23, 26),
    usual: openBugs(20, 21, 22, 23, 25),
    over: openBugs(20),
    at: 4 * WEEK + DAY / 2,
    stepMinutes: 360,
    thresholds: { open_bugs_growth: 0.25 },
    collectors: ['issues', 'issue_types', 'items'],
    description: 'Open bugs grew in each of the last four weeks, by 30% in all.',
    items: { reason: 'open_bug', lines: lines(1) },
    report: 'bugs?project=shop&period=last+29+days#open',
    dashboard: 'bugflow-bug-flow',
  },
  {
    alert: 'TaigaItemsOverServiceLevel',
    severity: 'warning',
    summary: 'Work takes longer than the service level allows',
    exceptional: list('over_sle', 4, 30),
    usual: list('over_sle', 3, 30),
    at: 2 * HOUR,
    stepMinutes: 1,
    thresholds: { over_sle_items: 3 },
    collectors: ['attention'],
    description: '4 items in progress for longer than thresholds.sle.',
    items: { reason: 'over_sle', lines: lines(4) },
    report: 'hygiene?project=shop#too_long_in_progress',
    dashboard: 'bugflow-kanban-flow',
  },
  {
    alert: 'TaigaWipLimitExceeded',
    severity: 'warning',
    summary: 'Columns hold more than their limit',
    always: {
      ...ALWAYS_WORKING,
      ...list('in_progress', 1),
      [`taiga_wip_limit{${CELL}}`]: stays(3),
    },
    exceptional: { [`taiga_wip_items{${CELL}}`]: becomes(3, HOUR, 4) },
    usual: { [`taiga_wip_items{${CELL}}`]: becomes(3, 3 * HOUR, 4) },
    over: { [`taiga_wip_items{${CELL}}`]: stays(3) },
    at: 4 * HOUR,
    stepMinutes: 1,
    thresholds: { over_wip_limit_after: 2 * 3600 },
    collectors: ['wip', 'wip_limits'],
    description:
      'Over the limit now, one of them for longer than thresholds.over_wip_limit_after: Doing (4);',
    items: { reason: 'in_progress', lines: lines(1) },
    report: 'flow?project=shop#work_in_progress',
    dashboard: 'bugflow-kanban-flow',
  },
  {
    alert: 'TaigaItemsBlockedTooLong',
    severity: 'warning',
    summary: 'Work is blocked for too long',
    exceptional: list('blocked_too_long', 1, 30),
    usual: list('blocked', 1, 30),
    at: 2 * HOUR,
    stepMinutes: 1,
    collectors: ['attention'],
    description: '1 item blocked for longer than thresholds.blocked_after.',
    items: { reason: 'blocked_too_long', lines: lines(1) },
    report: 'week?project=shop&period=today#blocked',
    dashboard: 'bugflow-kanban-flow',
  },
  {
    alert: 'TaigaNothingDelivered',
    severity: 'warning',
    summary: 'Nothing was finished though work is in progress',
    always: {
      ...EIGHT_HOURS_A_DAY,
      ...list('in_progress', 1),
      [`taiga_items{${P},kind="userstory",status="Doing",stage="active"}`]: stays(2),
      [`${MOVED},transition="started"}`]: becomes(3, 20 * DAY, 4),
    },
    exceptional: { [`taiga_items_closed_total{${P},kind="userstory"}`]: becomes(1, 24 * DAY, 2) },
    usual: { [`taiga_items_closed_total{${P},kind="userstory"}`]: becomes(1, 26 * DAY, 2) },
    over: { [`taiga_items_closed_total{${P},kind="userstory"}`]: stays(3) },
    at: 30 * DAY,
    stepMinutes: 60,
    thresholds: { no_delivery_after: 5 * 8 * 3600 },
    collectors: ['lifecycle', 'items'],
    description:
      'No user story and no issue was closed for longer than thresholds.no_delivery_after, while work is in progress.',
    items: { reason: 'in_progress', lines: lines(1) },
    report: 'flow?project=shop#work_in_progress',
    dashboard: 'bugflow-kanban-flow',
  },
  {
    alert: 'TaigaReopenRateHigh',
    severity: 'warning',
    summary: 'Much of what was closed is opened again',
    always: { [`taiga_items_closed_total{${P},kind="issue"}`]: becomes(10, 10 * DAY, 25) },
    exceptional: { [`taiga_items_reopened_total{${P},kind="issue"}`]: becomes(2, 10 * DAY, 6) },
    usual: { [`taiga_items_reopened_total{${P},kind="issue"}`]: becomes(2, 10 * DAY, 5) },
    over: { [`taiga_items_reopened_total{${P},kind="issue"}`]: stays(2) },
    at: 29 * DAY,
    stepMinutes: 360,
    thresholds: { reopen_ratio: 0.2 },
    collectors: ['lifecycle'],
    description: '26.67% of what was closed in the last four weeks was reopened.',
    report: 'flow_of_the_day?project=shop&period=last+29+days#flow_details',
    dashboard: 'bugflow-kanban-flow',
  },
  {
    alert: 'TaigaWorkSentBack',
    severity: 'warning',
    summary: 'Work comes back from review or test again and again',
    always: {
      [`${MOVED},transition="developed"}`]: becomes(10, 10 * DAY, 22),
      [WENT_ON]: becomes(0, 10 * DAY, 20),
      ...list('in_progress', 1),
    },
    exceptional: { [RETURNED]: becomes(2, 10 * DAY, 7) },
    usual: { [RETURNED]: becomes(2, 10 * DAY, 6) },
    over: { [RETURNED]: stays(2) },
    at: 29 * DAY,
    stepMinutes: 360,
    thresholds: { sent_back_ratio: 0.4 },
    collectors: ['status_transitions'],
    description: '41.67% of what was developed in the last four weeks came back from review or test.',
    items: { reason: 'in_progress', lines: lines(1) },
    report: 'flow_of_the_day?project=shop&period=last+29+days#flow_details',
    dashboard: 'bugflow-kanban-flow',
  },
  {
    alert: 'TaigaSprintUnlikelyToFinish',
    severity: 'warning',
    summary: 'The sprint will hardly be finished',
    always: {
      ...ALWAYS_WORKING,
      ...TEN_DAY_SPRINT,
      ...list('sprint_left', 1),
      // A point a day.
      [`taiga_userstory_points_closed_total{${P}}`]: (minute) => Math.floor(minute / DAY),
      [`taiga_sprint_points{${SPRINT},closed="true"}`]: stays(12),
    },
    // Four days are left.
    exceptional: { [`taiga_sprint_points{${SPRINT},closed="false"}`]: stays(7) },
    usual: { [`taiga_sprint_points{${SPRINT},closed="false"}`]: stays(5) },
    over: { [`taiga_sprint_points{${SPRINT},closed="false"}`]: stays(1) },
    at: 61 * DAY,
    stepMinutes: 120,
    thresholds: { sprint_remaining_ratio: 1.5 },
    collectors: ['lifecycle', 'sprints', 'sprint_scope'],
    description:
      'What is left in the sprint is 1.8 times what the team closes by its end, at the pace of the last eight weeks.',
    items: { reason: 'sprint_left', lines: lines(1) },
    report: 'sprint?project=shop#left',
    dashboard: 'bugflow-sprint',
  },
  {
    alert: 'TaigaSprintScopeGrown',
    severity: 'warning',
    summary: 'Much was added to the sprint after it began',
    always: {
      [`taiga_sprint_start_timestamp_seconds{${SPRINT}}`]: stays(0),
      [`taiga_sprint_end_timestamp_seconds{${SPRINT}}`]: stays(10 * 86_400),
      ...list('sprint_left', 1),
      [`taiga_sprint_commitment_points{${SPRINT},outcome="closed"}`]: stays(12),
      [`taiga_sprint_commitment_points{${SPRINT},outcome="open"}`]: stays(8),
    },
    exceptional: { [`taiga_sprint_scope_points_total{${SPRINT},direction="added"}`]: stays(6) },
    usual: { [`taiga_sprint_scope_points_total{${SPRINT},direction="added"}`]: stays(5) },
    at: 2 * HOUR,
    stepMinutes: 1,
    thresholds: { sprint_scope_growth: 0.25 },
    collectors: ['sprint_commitment', 'sprint_scope_changes', 'sprints'],
    description: "30% of what was committed came on top after the sprint's first day.",
    items: { reason: 'sprint_left', lines: lines(1) },
    report: 'sprint?project=shop#scope_changes',
    dashboard: 'bugflow-sprint',
  },
  {
    alert: 'TaigaSprintStillOpen',
    severity: 'warning',
    summary: 'A sprint is over and still has open stories',
    always: {
      ...EIGHT_HOURS_A_DAY,
      ...list('sprint_left', 1),
      [`taiga_sprint_end_timestamp_seconds{${SPRINT}}`]: stays(2 * 86_400),
    },
    exceptional: { [`taiga_sprint_userstories{${SPRINT},closed="false"}`]: stays(3) },
    usual: { [`taiga_sprint_userstories{${SPRINT},closed="true"}`]: stays(3) },
    at: 3 * DAY + 4 * HOUR,
    stepMinutes: 60,
    thresholds: { sprint_overrun_after: 8 * 3600 },
    collectors: ['sprint_scope', 'sprints'],
    description: '1 sprint with open stories, over for longer than thresholds.sprint_overrun_after.',
    items: { reason: 'sprint_left', lines: lines(1) },
    report: 'sprint?project=shop&from=1970-01-02T00:00:00Z&to=1970-01-03T00:00:00Z#left',
    dashboard: 'bugflow-sprint',
  },
  {
    alert: 'TaigaItemsOverdue',
    severity: 'warning',
    summary: 'Due dates have passed',
    always: list('overdue', 6),
    exceptional: {
      [`taiga_items_overdue{${P},kind="userstory"}`]: stays(3),
      [`taiga_items_overdue{${P},kind="task"}`]: stays(1),
    },
    usual: {
      [`taiga_items_overdue{${P},kind="userstory"}`]: stays(3),
      [`taiga_items_overdue{${P},kind="task"}`]: stays(0),
    },
    over: { [`taiga_items_overdue{${P},kind="userstory"}`]: stays(2) },
    at: 2 * HOUR,
    stepMinutes: 1,
    thresholds: { overdue_items: 3 },
    collectors: ['due_dates'],
    description: '4 open items overdue.',
    items: { reason: 'overdue', lines: lines(6) },
    report: 'hygiene?project=shop#overdue',
    dashboard: 'bugflow-hygiene',
  },
  {
    alert: 'TaigaItemsDueSoon',
    severity: 'info',
    summary: 'Work is due soon and nobody has begun it',
    exceptional: list('due_soon', 2, 30),
    usual: {},
    at: 2 * HOUR,
    stepMinutes: 1,
    collectors: ['attention'],
    description: '2 items due within thresholds.due_soon and not begun.',
    items: { reason: 'due_soon', lines: lines(2) },
    report: 'hygiene?project=shop#due_soon',
    dashboard: 'bugflow-hygiene',
  },
  {
    alert: 'TaigaWorkStale',
    severity: 'info',
    summary: 'Work was begun and forgotten',
    always: {
      ...list('stale_in_progress', 1),
      [`taiga_items_stale{${P},kind="issue",stage="backlog"}`]: stays(90),
    },
    exceptional: { [`taiga_items_stale{${P},kind="issue",stage="active"}`]: stays(6) },
    usual: { [`taiga_items_stale{${P},kind="issue",stage="active"}`]: stays(5) },
    over: { [`taiga_items_stale{${P},kind="issue",stage="active"}`]: stays(4) },
    at: 2 * HOUR,
    stepMinutes: 1,
    thresholds: { stale_items: 5 },
    collectors: ['items_stale'],
    description: '6 items in progress to which nothing has happened for longer than thresholds.stale_after.',
    items: { reason: 'stale_in_progress', lines: lines(1) },
    report: 'hygiene?project=shop#stale',
    dashboard: 'bugflow-hygiene',
  },
  {
    alert: 'TaigaWorkUnassigned',
    severity: 'info',
    summary: 'Work is in progress and nobody has it',
    always: {
      ...list('unassigned', 1),
      [`taiga_items_unassigned{${P},kind="epic",stage="active"}`]: stays(9),
    },
    exceptional: { [`taiga_items_unassigned{${P},kind="issue",stage="waiting"}`]: stays(4) },
    usual: { [`taiga_items_unassigned{${P},kind="issue",stage="waiting"}`]: stays(3) },
    over: { [`taiga_items_unassigned{${P},kind="issue",stage="waiting"}`]: stays(2) },
    at: 2 * HOUR,
    stepMinutes: 1,
    thresholds: { unassigned_items: 3 },
    collectors: ['items_unassigned'],
    description: '4 items in progress without assignee.',
    items: { reason: 'unassigned', lines: lines(1) },
    report: 'hygiene?project=shop#unassigned',
    dashboard: 'bugflow-hygiene',
  },
];
