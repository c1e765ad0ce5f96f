/** What became of a post, so that nothing is posted twice. */
export interface PostRecord {
  /** The moment for which it was last begun, in Unix milliseconds. */
  readonly dueAtMs: number;
  /**
   * `begun`: Slack may have it, and the process ended before that was known. `posted`: Slack has it, and the process ended
   * before its file was there.
   */
  readonly state: 'begun' | 'posted' | 'over';
  /** When a failure was last told in the channel, in Unix milliseconds. */
  readonly toldFailureAtMs?: number | undefined;
}

/** By the post's name. */
export interface PostMemory {
  get(name: string): PostRecord | undefined;
  put(name: string, record: PostRecord): void;
  forget(name: string): void;
}

/** Forgets everything when the process ends. */
export function createPostMemory(): PostMemory {
  const records = new Map<string, PostRecord>();
  return {
    get: (name) => records.get(name),
    put: (name, record) => void records.set(name, record),
    forget: (name) => void records.delete(name),
  };
}
