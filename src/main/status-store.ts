import { z } from 'zod';
import { messageOf } from '../base/errors.js';
import { ONLY_KEY, type Store } from '../store/store.js';
import type { StatusRecord, StatusStore } from '../taiga/statuses/status-memory.js';

const COLLECTION = 'statuses';

const record: z.ZodType<StatusRecord> = z.object({
  untilMicros: z.number().int(),
  statuses: z.array(
    z.object({
      kind: z.string(),
      projectId: z.number().int(),
      statusId: z.number().int(),
      name: z.string(),
      formerNames: z.array(z.string()),
      marks: z.array(
        z
          .object({ isClosed: z.boolean().optional(), sinceMicros: z.number().int().optional() })
          .transform(({ isClosed, sinceMicros }) => ({ isClosed, sinceMicros })),
      ),
      isGone: z.boolean(),
    }),
  ),
});

/**
 * Keeps what is known about statuses in the service's store. When it cannot be written, `warn` is called once: the numbers
 * stay right as long as the service runs.
 */
export function createStatusStore(
  store: Store,
  warn: (message: string) => void = () => undefined,
): Required<StatusStore> {
  const records = store.collection(COLLECTION, record);
  let hasWarned = false;
  return {
    read: async () => records.get(ONLY_KEY),
    async write(content) {
      try {
        records.put(ONLY_KEY, content);
        hasWarned = false;
      } catch (error) {
        if (!hasWarned) warn(messageOf(error));
        hasWarned = true;
      }
    },
  };
}
