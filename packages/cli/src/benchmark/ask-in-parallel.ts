/**
 * Does work for each item, several at a time, and goes on where single ones fail.
 *
 * @returns what failed, in the order of the items
 */
export async function askInParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
  signal: AbortSignal,
): Promise<{ readonly item: Item; readonly error: unknown }[]> {
  const failures: { item: Item; error: unknown; at: number }[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      signal.throwIfAborted();
      const item = items[at] as Item;
      try {
        await work(item);
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ item, error, at });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return failures.sort((one, other) => one.at - other.at).map(({ item, error }) => ({ item, error }));
}
