import { BridgeError } from "@bridge-rl/spec";

/** An element that must be there. @throws BridgeError `internal` past the end */
export function at<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index];
  if (item === undefined) throw new BridgeError("internal", `element ${index} of ${items.length} was asked for`);
  return item;
}
