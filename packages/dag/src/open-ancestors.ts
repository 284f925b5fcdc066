/** What a node rests on, directly or not, and is not known: where something is known, what it rests on does not matter any more. */
export function openAncestors(
  node: number,
  dependenciesOf: (node: number) => readonly number[],
  isKnown: (node: number) => boolean,
): Set<number> {
  const open = new Set<number>();
  const queue = [node];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    for (const dependency of dependenciesOf(one)) {
      if (open.has(dependency) || isKnown(dependency)) continue;
      open.add(dependency);
      queue.push(dependency);
    }
  }
  return open;
}
