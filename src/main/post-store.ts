import { z } from 'zod';
import type { PostMemory, PostRecord } from '../reports/posts/post-memory.js';
import type { Store } from '../store/store.js';

const record: z.ZodType<PostRecord> = z.object({
  dueAtMs: z.number().int(),
  state: z.enum(['begun', 'posted', 'over']),
  toldFailureAtMs: z.number().int().optional(),
});

/** Keeps what became of posts in the service's store. */
export function createPostStore(store: Pick<Store, 'collection'>): PostMemory {
  const { get, put, delete: forget } = store.collection('report_posts', record);
  return { get, put, forget };
}
