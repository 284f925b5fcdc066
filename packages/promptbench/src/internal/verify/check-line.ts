import { BridgeError, type Expression } from "@bridge-rl/spec";
import type { Fact } from "../fact.js";
import { linksOf } from "../prose-premises.js";
import { readLines } from "../read-lines.js";
import { type Formula, meanSame } from "./formula.js";
import { agree, exactly } from "./measure.js";
import type { Quantities } from "./quantities.js";
import { readFormula } from "./read-formula.js";
import type { Word } from "./statement.js";

/** Whether a line that a solution repeats is what the problem says of a quantity. */
export function lineHolds(quantities: Quantities, id: number, line: Word, dialect: "prose" | "terse"): boolean {
  return dialect === "terse" ? terseHolds(quantities, id, line.text.replaceAll(" ", "")) : proseHolds(quantities, id, line.text);
}

function terseHolds(quantities: Quantities, id: number, text: string): boolean {
  const { label, dependencies } = quantities.node(id);
  const links = /^([-.\d]*)>([A-Za-z,]*)$/.exec(text);
  if (links !== null && label?.links !== undefined) {
    const weight = label.weight === undefined ? "" : String(label.weight);
    return links[1] === weight && sameNames(linksOf(quantities.node(id)), (links[2] as string).split(","));
  }
  const line = /^(~?)([A-Za-z]\w*(?:[&|][A-Za-z]\w*)*)>([A-Za-z]\w*)$/.exec(text);
  const [parent] = dependencies;
  if (quantities.task === "abductive_logic" && line !== null && parent !== undefined) {
    const [, not, premises = "", conclusion] = line;
    const operator = not !== "" ? "not" : premises.includes("&") ? "and" : "or";
    return conclusion === quantities.word(parent) && isLineOf(quantities, parent, operator, premises.split(/[&|]/));
  }
  return formulaHolds(quantities, id, text);
}

function proseHolds(quantities: Quantities, id: number, text: string): boolean {
  const { stated, dependencies, value } = quantities.node(id);
  if (/^no line says what /.test(text)) return !stated && dependencies.length === 0;
  const given = / is given as (.+)$/.exec(text);
  if (given !== null) {
    const formula = readFormula(text, text.length - (given[1] as string).length, text.length, quantities.grammar);
    return dependencies.length === 0 && formula?.kind === "value" && agree(formula.value, exactly(value));
  }
  const equation = /^(?:\w+|\(x, y\)) = (.+)$/.exec(text);
  if (equation !== null) return formulaHolds(quantities, id, equation[1] as string);
  const fact = readFact(text);
  return fact !== undefined && factHolds(quantities, id, fact);
}

function formulaHolds(quantities: Quantities, id: number, text: string): boolean {
  const formula = readFormula(text, 0, text.length, quantities.grammar);
  return formula !== undefined && meanSame(formula, quantities.formula(id), quantities.grammar.logical);
}

interface ReadFact extends Fact {
  readonly names: readonly string[];
}

function readFact(text: string): ReadFact | undefined {
  try {
    const { facts } = readLines(`${text.replace(/^the /, "The ")}.`);
    const fact = facts.find(({ stated }) => stated);
    return fact && { ...fact, names: fact.children.map((child) => (facts[child] as Fact).name) };
  } catch (error) {
    if (BridgeError.isInstance(error) && error.code === "invalid-input") return undefined;
    throw error;
  }
}

function factHolds(quantities: Quantities, id: number, { name, operator, names, literal }: ReadFact): boolean {
  const node = quantities.node(id);
  const { label, expression } = node;
  if (quantities.task === "abductive_logic") return isLineOf(quantities, id, operator, names);
  if (name !== quantities.word(id) || !node.stated) return false;
  if (label?.links !== undefined) return operator === undefined && literal === undefined && sameNames(linksOf(node), names);
  if (literal !== undefined) return expression.kind === "constant" && expression.value === literal;
  if (operator === undefined) return false;
  const operands = names.map((one): Formula => ({ kind: "name", name: one, start: 0, end: 0 }));
  const said: Formula = { kind: "operation", operator, operands };
  const whole: Formula = isImplied(expression) ? { kind: "operation", operator: "implied", operands: [said] } : said;
  return meanSame(whole, quantities.formula(id), quantities.grammar.logical);
}

function isImplied(expression: Expression): boolean {
  return expression.kind === "operation" && expression.operator === "implied";
}

/** Whether a line with this operator and these premises has this conclusion. */
export function isLineOf(quantities: Quantities, conclusion: number, operator: string | undefined, premises: readonly string[]): boolean {
  const { label } = quantities.node(conclusion);
  return label?.operator === operator && typeof label?.premises === "string" && sameNames(label.premises.split(" "), premises);
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return (
    [...left].sort().join() ===
    right
      .filter((name) => name !== "")
      .sort()
      .join()
  );
}
