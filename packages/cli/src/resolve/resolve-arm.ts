import type { Arm } from "@bridge-rl/behaviors";
import { BridgeError } from "@bridge-rl/spec";
import { suggestion } from "../internal/nearest-name.js";
import type { BehaviorChoice } from "../pipeline/pipeline-config.js";
import { resolveBehavior } from "./resolve-behavior.js";

/** What an arm can be made of besides being a built-in one. */
export interface ArmParts {
  readonly behaviors?: readonly BehaviorChoice[] | undefined;
  readonly premiseOrders?: number | undefined;
  readonly solutionOrders?: number | undefined;
}

/**
 * Makes an arm of the name of a built-in one (`vanilla`, `bridge`, `pp-aug`, `rc-aug`), or of its parts.
 *
 * @param directory  where behaviours given by their module's name are looked for
 * @throws BridgeError `unknown-option` with the nearest name, and what `resolveBehavior` and `createArm` throw
 */
export async function resolveArm(name: string, parts: string | ArmParts, directory: string): Promise<Arm> {
  const { bridge, createArm, ppAugmentation, rcAugmentation, vanilla } = await import("@bridge-rl/behaviors");
  if (typeof parts !== "string") {
    const behaviors = await Promise.all((parts.behaviors ?? []).map((choice) => resolveBehavior(choice, directory)));
    const { premiseOrders = 1, solutionOrders = 1 } = parts;
    return createArm(name, { behaviors, premiseOrders, solutionOrders });
  }
  const builtIn: Readonly<Record<string, () => Arm>> = { vanilla, bridge, "pp-aug": ppAugmentation, "rc-aug": rcAugmentation };
  const make = builtIn[parts];
  if (make === undefined) {
    const names = Object.keys(builtIn);
    throw new BridgeError("unknown-option", `there is no built-in arm ${parts}; there are ${names.join(", ")}.${suggestion(parts, names)}`);
  }
  return { ...make(), name };
}
