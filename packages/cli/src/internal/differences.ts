import { isPlainObject } from "./parse-flags.js";

/** Where two plain JSON values differ, as sentences: `sft.learningRate was 0.001 and is 0.002`. */
export function differences(before: unknown, after: unknown, path = ""): string[] {
  if (isPlainObject(before) && isPlainObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], path === "" ? name : `${path}.${name}`));
  }
  const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
  return old === now ? [] : [`${path} was ${shorten(old)} and is ${shorten(now)}`];
}

function shorten(text: string | undefined): string {
  if (text === undefined) return "absent";
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
