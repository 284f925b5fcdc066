import { openAncestors } from "@bridge-rl/dag";
import type { FindingKind } from "../../verify-solution.js";
import { checkChain, numberOf } from "./check-chain.js";
import type { Ledger } from "./ledger.js";
import type { Parameters } from "./parameters.js";
import type { Statement, Word } from "./statement.js";

/** A statement about a quantity that neither derives nor attempts it. */
export type Claim = Extract<Statement, { kind: "check" | "plan" | "estimate" | "retract" }>;

export interface ClaimContext {
  readonly ledger: Ledger;
  readonly parameters: Parameters;
  readonly modulus: number | undefined;
  /** The quantity that a word of a list names. */
  find(word: Word): number | undefined;
  report(kind: FindingKind, message: string, start: number, end: number): void;
}

/** Judges what a claim says of a quantity. Returns whether it holds; what does not hold is reported. */
export function checkClaim(context: ClaimContext, claim: Claim, parameter: number): boolean {
  switch (claim.kind) {
    case "check":
      return checkAgain(context, claim, parameter);
    case "plan":
      return checkPlan(context, claim, parameter);
    case "estimate":
      return checkEstimate(context, claim, parameter);
    case "retract":
      return checkRetraction(context, claim, parameter);
  }
}

type ClaimOf<Kind extends Claim["kind"]> = Extract<Claim, { kind: Kind }>;

function checkAgain({ ledger, modulus, report }: ClaimContext, { members, start, end }: ClaimOf<"check">, parameter: number): boolean {
  let sound = true;
  checkChain(members, ledger, modulus, (...finding) => {
    sound = false;
    report(...finding);
  });
  const known = ledger.values[parameter];
  const last = members.at(-1);
  const found = last && numberOf(last);
  if (known !== undefined && found === known) return sound;
  report("false-check", known === undefined ? "there is no value to check yet" : `the value to check is ${known}`, start, end);
  return false;
}

function checkPlan(context: ClaimContext, { needed, start, end }: ClaimOf<"plan">, parameter: number): boolean {
  const { ledger, parameters, report } = context;
  const named = new Set<number>();
  let sound = true;
  for (const word of needed) {
    const found = context.find(word);
    if (found !== undefined) named.add(found);
    else {
      sound = false;
      report("unknown-parameter", `the problem has no "${word.text}"`, word.start, word.end);
    }
  }
  const open = openAncestors(
    parameter,
    (node) => parameters.dependencies(node),
    (node) => ledger.isDerived(node),
  );
  const idle = [...named].filter((node) => !open.has(node));
  const missing = parameters.dependencies(parameter).filter((node) => !ledger.isDerived(node) && !named.has(node));
  const names = (nodes: readonly number[]) => nodes.map((node) => parameters.name(node)).join(", ");
  if (idle.length > 0) report("false-plan", `${names(idle)} is not needed`, start, end);
  if (missing.length > 0) report("false-plan", `${names(missing)} is needed too`, start, end);
  return sound && idle.length === 0 && missing.length === 0;
}

function checkEstimate({ parameters, report }: ClaimContext, { low, high, start, end }: ClaimOf<"estimate">, parameter: number): boolean {
  const value = parameters.value(parameter);
  if (value >= Number(low.text) && value <= Number(high.text)) return true;
  report("false-estimate", `the value is not between ${low.text} and ${high.text}`, start, end);
  return false;
}

function checkRetraction({ parameters, report }: ClaimContext, claim: ClaimOf<"retract">, parameter: number): boolean {
  const { value, matched, start, end } = claim;
  if (matched && Number(value.text) !== parameters.value(parameter)) return true;
  report("false-retraction", matched ? `${value.text} is right` : `nothing has given the value ${value.text}`, start, end);
  return false;
}
