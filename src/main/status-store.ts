import { z } from 'zod';
import type { StatusRecord, StatusStore } from '../collectors/statuses/status-memory.js';
import type { Config } from '../config/config.js';
import { BugflowError, messageOf } from '../errors.js';
import { openStateFile } from '../store/state-file.js';

const SECTION = 'statuses';

const record = z.object({
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
 * What is known of statuses, in the configured state file; undefined when there is to be none. Where it cannot be written
 * `warn` is told, once: the numbers are right as long as the service runs.
 */
export function openStatusStore(
  { stateFile }: Pick<Config, 'stateFile'>,
  warn: (message: string) => void = () => undefined,
): Required<StatusStore> | undefined {
  if (stateFile === undefined) return undefined;
  const file = openStateFile(stateFile);
  let hasWarned = false;
  return {
    async read(): Promise<StatusRecord | undefined> {
      const content = await file.read(SECTION);
      if (content === undefined) return undefined;
      const parsed = record.safeParse(content);
      if (parsed.success) return parsed.data;
      throw new BugflowError('STATE_FILE', `state_file: ${stateFile} is damaged; move it away`);
    },
    async write(content) {
      try {
        await file.write(SECTION, content);
        hasWarned = false;
      } catch (error) {
        if (!hasWarned) warn(messageOf(error));
        hasWarned = true;
      }
    },
  };
}
