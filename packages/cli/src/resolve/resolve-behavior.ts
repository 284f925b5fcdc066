import type { Behavior } from "@bridge-rl/spec";
import { BridgeError } from "@bridge-rl/spec";
import { suggestion } from "../internal/nearest-name.js";
import { isPlainObject } from "../internal/parse-flags.js";
import { isPath, loadModule } from "./load-module.js";

type BehaviorMaker = (options?: Readonly<Record<string, unknown>>) => Behavior;

/** Reads `--behavior name`, `name=0.1` (its probability) or `name={"probability":0.1}`. */
export function parseBehaviorFlag(text: string): readonly [name: string, options: Readonly<Record<string, unknown>>] {
  const at = text.indexOf("=");
  if (at < 0) return [text, {}];
  const [name, given] = [text.slice(0, at), text.slice(at + 1)];
  const number = Number(given);
  if (given.trim() !== "" && Number.isFinite(number)) return [name, { probability: number }];
  try {
    const options: unknown = JSON.parse(given);
    if (isPlainObject(options)) return [name, options];
  } catch (error) {
    throw new BridgeError("invalid-option", `--behavior ${text}: ${given} is neither a probability nor JSON`, { cause: error });
  }
  throw new BridgeError("invalid-option", `--behavior ${text}: write a probability, or options such as {"probability":0.1}`);
}

/**
 * Finds a behaviour by its short name, or in the module of that name, and binds its options.
 *
 * @throws BridgeError `unknown-option` with the nearest name; `invalid-plugin` for a module without a behaviour; `invalid-option`
 *   where it refuses the options
 */
export async function resolveBehavior(
  choice: string | readonly [name: string, options: Readonly<Record<string, unknown>>] | Behavior,
  directory: string,
): Promise<Behavior> {
  if (isBehavior(choice)) return choice;
  const [name, options] = typeof choice === "string" ? [choice, {}] : choice;
  return (await behaviorMaker(name, directory))(options);
}

async function behaviorMaker(name: string, directory: string): Promise<BehaviorMaker> {
  const { analysis, recitation, reflection, subgoal } = await import("@bridge-rl/behaviors");
  const { backtracking, estimation, planning, verification } = await import("@bridge-rl/behaviors-extra");
  const paper = { analysis, recitation, reflection, subgoal };
  const builtIn: Readonly<Record<string, BehaviorMaker>> = { ...paper, backtracking, estimation, planning, verification };
  const known = builtIn[name] ?? builtIn[name.replace("@bridge-rl/", "")];
  if (known !== undefined) return known;
  if (!isPath(name) && /^[a-z-]+$/.test(name) && suggestion(name, Object.keys(builtIn)) !== "") {
    throw new BridgeError("unknown-option", `there is no behaviour ${name}.${suggestion(name, Object.keys(builtIn))}`);
  }
  return makerOf(await loadModule(name, directory), name, Object.keys(builtIn));
}

function makerOf(exports: Readonly<Record<string, unknown>>, name: string, builtIn: readonly string[]): BehaviorMaker {
  const found = Object.values(exports).filter((value) => isMaker(value) || isBehavior(value));
  const [only] = found;
  if (found.length === 1 && isMaker(only)) return only;
  if (found.length === 1 && isBehavior(only)) return () => only;
  throw new BridgeError(
    "invalid-plugin",
    `${name} exports ${found.length} behaviours made with defineBehavior; it has to be one. Built in are ${builtIn.join(", ")}`,
  );
}

function isMaker(value: unknown): value is BehaviorMaker {
  return typeof value === "function" && "behaviorName" in value && "specVersion" in value && value.specVersion === 1;
}

function isBehavior(value: unknown): value is Behavior {
  return typeof value === "object" && value !== null && "inject" in value && "specVersion" in value && value.specVersion === 1;
}
