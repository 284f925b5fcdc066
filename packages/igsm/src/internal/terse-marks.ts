import { type BehaviorMark, type BehaviorMarkKind, markStatements } from "@bridge-rl/spec";

const signs: Readonly<Record<string, BehaviorMarkKind>> = { "?": "attempt", "!": "check", "<": "plan", "~": "estimate", "#": "retract" };

/**
 * Recognises what steps leave by its punctuation, statement by statement.
 *
 * A restated premise that only gives a number reads like its derivation and is not told from it.
 */
export function detectTerse(completion: string): BehaviorMark[] {
  return markStatements(completion, kindOf);
}

function kindOf(statement: string): BehaviorMarkKind | undefined {
  const sign = /^[A-Za-z]{1,2}([?!<~#])/.exec(statement)?.[1];
  if (sign !== undefined) return signs[sign];
  if (!/^[A-Za-z]{1,2}=/.test(statement)) return undefined;
  const parts = statement.split("=");
  // A premise that is repeated ends with a formula, a derivation with its value.
  if (/[A-Za-z]/.test(parts.at(-1) ?? "")) return "restate";
  const computed = parts.filter((part) => /^[-+*()\d]+$/.test(part) && /\d[-+*]/.test(part));
  return computed.length > 1 ? "stepwise" : undefined;
}
