import { BridgeError } from "@bridge-rl/spec";

/**
 * Loads Graphviz, which is only needed for pictures and is larger than everything else here together.
 *
 * @throws BridgeError `missing-dependency` where it is not installed
 */
export async function loadGraphviz(): Promise<typeof import("@viz-js/viz")> {
  try {
    return await import("@viz-js/viz");
  } catch (cause) {
    throw new BridgeError(
      "missing-dependency",
      "toSvg draws with Graphviz, which is not installed; run `npm install @viz-js/viz`, or take toMermaid or toDot, which need nothing",
      { cause },
    );
  }
}
