import type { Expression } from "@bridge-rl/spec";
import type { FindingKind } from "../../verify-solution.js";
import { evaluate } from "../arithmetic.js";
import { isSymbolic, numberOf } from "./check-chain.js";
import { evaluateTokens } from "./evaluate-tokens.js";
import { type Ledger, sampleExpression } from "./ledger.js";
import type { Parameters } from "./parameters.js";
import type { Equation, Word } from "./statement.js";

/** What a derivation is checked against. */
export interface FormulaContext {
  readonly ledger: Ledger;
  readonly parameters: Parameters;
  readonly modulus: number | undefined;
  /** Whether a quantity that depends on others is derived in symbols. */
  readonly symbolic: boolean;
  derivedLater(parameter: number): boolean;
  report(kind: FindingKind, message: string, start: number, end: number): void;
}

/**
 * Checks that a parameter is computed from what the problem computes it from, and in the same way.
 *
 * @param sound         all symbols in it have a clear meaning
 * @param intermediate  other equations prepared this one
 */
export function checkFormula(
  context: FormulaContext,
  parameter: number,
  equation: Equation,
  given: Word | undefined,
  sound: boolean,
  intermediate: boolean,
): void {
  const { parameters, report } = context;
  const expression = parameters.expression(parameter);
  if (given !== undefined && expression.kind === "constant" && given.text !== String(expression.value)) {
    report("wrong-formula", `the problem says ${String(expression.value)}`, given.start, given.end);
  }
  if (equation.members.some(isSymbolic)) {
    if (sound) checkSymbols(context, parameter, equation);
  } else checkNumbers(context, parameter, equation, intermediate);
}

function checkSymbols({ ledger, parameters, report }: FormulaContext, parameter: number, { members }: Equation): void {
  const formula = members.find(isSymbolic) as Equation["members"][number];
  const { tokens = [], start, end } = formula;
  const uses = ledger.uses(tokens);
  const required = parameters.dependencies(parameter);
  const missing = required.filter((dependency) => !uses.includes(dependency));
  const superfluous = uses.filter((use) => !required.includes(use));
  if (superfluous.length > 0) {
    const rather = missing.length > 0 ? ` but on ${list(parameters, missing)}` : "";
    report("wrong-dependency", `${parameters.name(parameter)} does not depend on ${list(parameters, superfluous)}${rather}`, start, end);
  } else if (missing.length > 0)
    report("missing-dependency", `${parameters.name(parameter)} also depends on ${list(parameters, missing)}`, start, end);
  else if (ledger.sample(tokens) !== sampleExpression(parameters.expression(parameter))) {
    report("wrong-formula", `${parameters.name(parameter)} is computed otherwise`, start, end);
  }
}

function list(parameters: Parameters, ids: readonly number[]): string {
  return ids.map((id) => parameters.name(id)).join(", ");
}

/** A derivation that shows numbers alone: what it rests on must be known, and the numbers must be the right ones. */
function checkNumbers(context: FormulaContext, parameter: number, { members, target }: Equation, intermediate: boolean): void {
  const { ledger, parameters, modulus, symbolic, report, derivedLater } = context;
  const expression = parameters.expression(parameter);
  const dependencies = parameters.dependencies(parameter);
  if (symbolic && dependencies.length > 0) {
    const names = list(parameters, dependencies);
    report("missing-dependency", `${parameters.name(parameter)} depends on ${names}, which is not shown here`, target.start, target.end);
    return;
  }
  let known = true;
  for (const dependency of dependencies) {
    if (ledger.isDerived(dependency)) continue;
    known = false;
    const kind = derivedLater(dependency) ? "premature-step" : "missing-dependency";
    report(
      kind,
      `${parameters.name(parameter)} depends on ${parameters.name(dependency)}, which is not known here`,
      target.start,
      target.end,
    );
  }
  const [first] = members;
  if (!known || first?.tokens === undefined) return;
  const expected = evaluate(expression, ledger.values as number[], modulus);
  const value = evaluateTokens(first.tokens, () => undefined, modulus);
  const alone = numberOf(first) !== undefined;
  if (alone || intermediate) {
    if (value === expected) return;
    const kind = expression.kind === "constant" ? "wrong-formula" : expression.kind === "reference" ? "wrong-value" : "wrong-calculation";
    report(kind, `${parameters.name(parameter)} is ${expected} here`, first.start, first.end);
    return;
  }
  const shown = first.tokens.flatMap((token) => (token.kind === "number" ? [token.value] : []));
  if (!sameNumbers(shown, numbersIn(expression, ledger.values))) {
    report("wrong-value", `${parameters.name(parameter)} is computed from other numbers`, first.start, first.end);
  } else if (value !== expected) report("wrong-formula", `${parameters.name(parameter)} is computed otherwise`, first.start, first.end);
}

function numbersIn(expression: Expression, values: readonly (number | undefined)[]): number[] {
  if (expression.kind === "constant") return [Number(expression.value)];
  if (expression.kind === "reference") return [values[expression.node] as number];
  return expression.operands.flatMap((operand) => numbersIn(operand, values));
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  if (left.length !== right.length) return false;
  const sorted = right.toSorted((first, second) => first - second);
  return left.toSorted((first, second) => first - second).every((value, index) => value === sorted[index]);
}
