import { BridgeError } from "@bridge-rl/spec";
import type { EvaluationDirection } from "../evaluation-direction.js";

/** @throws BridgeError `invalid-input` where V was stored without its values */
export function requireValues({ values }: EvaluationDirection, who: string): Float32Array {
  if (values !== undefined) return values;
  throw new BridgeError("invalid-input", `${who} needs the values of V; take the direction with keepValues: true`);
}
