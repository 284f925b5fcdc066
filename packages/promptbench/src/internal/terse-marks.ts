import { type BehaviorMark, type BehaviorMarkKind, markStatements } from "@bridge-rl/spec";

const name = String.raw`^(?:[A-Za-z]{1,3}\d?|\(x,y\))`;
const aside = new RegExp(`${name}([?!<~#])`);
const signs: Readonly<Record<string, BehaviorMarkKind>> = { "?": "attempt", "!": "check", "<": "plan", "~": "estimate", "#": "retract" };
const derivation = new RegExp(`${name}=`);

/** A value, or two of them in parentheses: what a derivation ends with, and a premise only where it gives a number. */
const value = /^(?:[-+]?[\d.]+(?:e[-+]?\d+)?|!|\([-+.,\de]+\))$/;

/**
 * Recognises what steps leave by its punctuation, statement by statement.
 *
 * A restated premise that only gives a value reads like its derivation and is not told from it.
 */
export function detectTerse(completion: string): BehaviorMark[] {
  return markStatements(completion, kindOf);
}

function kindOf(statement: string): BehaviorMarkKind | undefined {
  const sign = aside.exec(statement)?.[1];
  if (sign !== undefined) return signs[sign];
  if (!derivation.test(statement)) return undefined;
  const parts = statement.split("=");
  if (!value.test(parts[parts.length - 1] as string)) return "restate";
  const computed = parts.filter((part) => /^[^A-Za-z]+$/.test(part.replace(/\de[-+]?\d/g, "")) && /[\d!)][-+*/&|^,]|^[~>]/.test(part));
  return computed.length > 1 ? "stepwise" : undefined;
}
