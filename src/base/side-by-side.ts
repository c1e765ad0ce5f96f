/**
 * Does the work for each item, at most `width` at a time. After a failure no new work begins; rejects with the first error
 * once all running work is over.
 */
export async function sideBySide<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const iterator = items[Symbol.iterator]();
  const goOn = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && errors.length === 0; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, goOn));
  if (errors.length > 0) throw errors[0];
}
