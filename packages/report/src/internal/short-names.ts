/**
 * Shortens ids for the page: what all of them begin with, up to the last mark that divides an id, goes.
 *
 * @returns the ids by what is left, and what they share
 */
export function shortNames(ids: readonly string[]): { readonly shared: string; readonly short: (id: string) => string } {
  const [first = "", ...others] = [...new Set(ids)];
  let length = others.length === 0 ? 0 : first.length;
  for (const id of others) {
    let same = 0;
    while (same < length && id[same] === first[same]) same++;
    length = same;
  }
  const shared = /^[\s\S]*[#/?]/.exec(first.slice(0, length))?.[0] ?? "";
  return { shared, short: (id) => (shared !== "" && id.startsWith(shared) ? id.slice(shared.length) : id) };
}
