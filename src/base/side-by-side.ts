/**
 * Does the work for each item, `width` at a time. After a failure nothing new is begun; rejects with the first error once
 * what was under way is over.
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
