import { type Expression, mix32, type Operator } from "@bridge-rl/spec";
import { agree, applyTo, exactly, type Measure } from "./measure.js";

/** An expression as a text writes it: every part knows where it stands. */
export type Formula =
  | { readonly kind: "value"; readonly value: Measure; readonly start: number; readonly end: number }
  | { readonly kind: "name"; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: "operation"; readonly operator: Operator; readonly operands: readonly Formula[] };

/** An expression of a graph in that form; it stands nowhere. */
export function formulaOf(expression: Expression, words: readonly string[]): Formula {
  if (expression.kind === "constant") return { kind: "value", value: exactly(expression.value), start: 0, end: 0 };
  if (expression.kind === "reference") return { kind: "name", name: words[expression.node] as string, start: 0, end: 0 };
  const { operator, operands } = expression;
  return { kind: "operation", operator, operands: operands.map((operand) => formulaOf(operand, words)) };
}

/** What a formula comes to. Undefined where a name has no value, or an operator gets what it doesn't take. */
export function evaluateFormula(formula: Formula, lookUp: (name: string) => Measure | undefined): Measure | undefined {
  if (formula.kind === "value") return formula.value;
  if (formula.kind === "name") return lookUp(formula.name);
  const operands: Measure[] = [];
  for (const operand of formula.operands) {
    const value = evaluateFormula(operand, lookUp);
    if (value === undefined) return undefined;
    operands.push(value);
  }
  return applyTo(formula.operator, operands);
}

type Named = Extract<Formula, { kind: "name" }>;

/** The names in a formula, in their order, each as often as it stands there. */
export function namesIn(formula: Formula, found: Named[] = []): Named[] {
  if (formula.kind === "name") found.push(formula);
  else if (formula.kind === "operation") for (const operand of formula.operands) namesIn(operand, found);
  return found;
}

const truths: readonly Measure[] = [true, false, "N/A"];
const numericSamples = 4;
/** All values of four names, and most of those of more. */
const logicalSamples = 81;

/** Whether two formulas come to the same whatever their names stand for. */
export function meanSame(left: Formula, right: Formula, logical: boolean): boolean {
  const names = [...new Set([...namesIn(left), ...namesIn(right)].map(({ name }) => name))];
  for (let sample = 0; sample < (logical ? logicalSamples : numericSamples); sample++) {
    const lookUp = (name: string): Measure => {
      const place = names.indexOf(name);
      if (!logical) return exactly(1 + (mix32(sample * 101 + place) >>> 8) / 2 ** 24);
      const code = names.length <= 4 ? Math.floor(sample / 3 ** place) : mix32(sample * 101 + place) >>> 8;
      return truths[code % 3] as Measure;
    };
    const [one, other] = [evaluateFormula(left, lookUp), evaluateFormula(right, lookUp)];
    if (one === undefined || other === undefined || !agree(one, other)) return false;
  }
  return true;
}
