import type { Expression, GraphNode, Random } from "@bridge-rl/spec";
import { type InfixStyle, infix } from "./infix.js";

/** A sentence with one blank: what stands before it and behind it. */
type Frame = readonly [string, string];

/** A sentence with two blanks: what stands before, between and behind them, and whether the second is named first. */
type DoubleFrame = readonly [before: string, between: string, behind: string, swapped?: "swapped"];

/** How prose writes formulas in symbols. */
export const proseStyle: InfixStyle = { space: " ", groupSums: true };

/** Premises: a quantity, and what it equals. */
const premises: readonly DoubleFrame[] = [
  ["The number of ", " equals ", "."],
  ["The number of ", " is equal to ", "."],
];

/** Questions, behind how many of what: the container. */
const questions: readonly Frame[] = [
  [" does each ", " have?"],
  [" are there in each ", "?"],
];

/** A quantity that the premises give, and its number. */
const givens: readonly DoubleFrame[] = [
  ["- The premises say that the number of ", " is ", ". "],
  ["- We are told that the number of ", " is ", ". "],
  ["- The number of ", " is ", ". "],
];

/** Turning to a quantity. They claim nothing, so that they also open an attempt. */
const turns: readonly Frame[] = [
  ["- Now, let's look at the number of ", ". "],
  ["- Next, we turn to the number of ", ". "],
];

/** The symbol of the quantity that has just been turned to. */
const namings: readonly Frame[] = [
  ["Call it ", "."],
  ["Let it be ", "."],
  ["We write ", " for it."],
];

/** Turning to a quantity and giving it a symbol at once. */
const definitions: readonly DoubleFrame[] = [
  ["- Next, let ", " be the number of ", ".", "swapped"],
  ["- Then, let's call the number of ", " ", "."],
  ["- Now, let ", " stand for the number of ", ".", "swapped"],
];

/** What is missing, and the symbol of what it is missing for. */
const setbacks: readonly DoubleFrame[] = [
  ["We have yet to find the number of ", ", so we cannot compute ", " now."],
  ["Wait, ", " rests on the number of ", ", which is still unknown, so we cannot compute it yet.", "swapped"],
  ["But the number of ", " has not been found yet, so we come back to ", " later."],
];

function fill(frames: readonly Frame[], random: Random, word: string): string {
  const frame = random.pick(frames) as Frame;
  return frame[0] + word + frame[1];
}

function fillBoth(frames: readonly DoubleFrame[], random: Random, first: string, second: string): string {
  const frame = random.pick(frames) as DoubleFrame;
  return frame[3] === undefined ? frame[0] + first + frame[1] + second + frame[2] : frame[0] + second + frame[1] + first + frame[2];
}

/** States how a quantity is computed. */
export function wordPremise(name: string, formula: string, random: Random): string {
  return fillBoth(premises, random, name, formula);
}

/** Asks for the target. */
export function wordQuestion({ name, label }: GraphNode, modulus: number | undefined, random: Random): string {
  const held = label?.item ?? label?.category;
  const isFirst = modulus === undefined;
  const before = isFirst ? "" : `Counting modulo ${modulus}, `;
  if (label?.container === undefined || held === undefined) return `${before}${isFirst ? "What" : "what"} is the number of ${name}?`;
  return `${before}${isFirst ? "How" : "how"} many ${String(held)}${fill(questions, random, String(label.container))}`;
}

/** Opens a bullet: gives a quantity that is a plain number, and its symbol. */
export function wordGiven(name: string, value: string, symbol: string, random: Random): string {
  return fillBoth(givens, random, name, value) + fill(namings, random, symbol);
}

/** Opens a bullet: turns to a quantity and names it, in one sentence or in two. */
export function wordDefinition(name: string, symbol: string, random: Random): string {
  if (random.chance(0.5)) return fillBoth(definitions, random, name, symbol);
  return fill(turns, random, name) + fill(namings, random, symbol);
}

/** Opens a bullet: turns to a quantity that has a symbol already. */
export function wordReturn(name: string, symbol: string, random: Random): string {
  return `${fill(turns, random, name)}Remember that it has been denoted as ${symbol}.`;
}

/** Repeats the premise of the quantity that the text has just turned to. */
export function wordRestatement(formula: string): string {
  return `We know that it equals ${formula}.`;
}

/** Repeats a premise on its own. */
export function wordReminder(name: string, formula: string): string {
  return `Recall that the number of ${name} equals ${formula}.`;
}

/** Says what is missing. */
export function wordSetback(names: readonly string[], symbol: string, random: Random): string {
  return fillBoth(setbacks, random, list(names), symbol);
}

/** Computes again; a quantity that is no arithmetic is only compared. */
export function wordCheck(symbol: string, formula: string, value: string, computed: boolean): string {
  return `Let's check ${symbol}: ${computed ? `${formula} = ` : ""}${value}, as before.`;
}

/** Lists what a quantity needs. */
export function wordPlan(name: string, needed: readonly string[]): string {
  return `To find the number of ${name}, we need the number of ${list(needed)}.`;
}

/** Says where a value must lie. */
export function wordEstimate(name: string, low: string, high: string): string {
  return `Roughly, the number of ${name} is between ${low} and ${high}.`;
}

/** Takes a wrong value back. */
export function wordRetraction(symbol: string, value: string): string {
  return `Wait, ${symbol} = ${value} is wrong, so we take it back.`;
}

/** Matches a line that `wordCheck`, `wordPlan`, `wordEstimate` or `wordRetraction` wrote; its groups are named after the marks. */
export const asidePattern: RegExp =
  /^- (?:(?<check>Let's check [A-Za-z]{1,2}: .*, as before)|(?<plan>To find the number of .*, we need the number of .*)|(?<estimate>Roughly, the number of .* is between -?\d+ and -?\d+)|(?<retract>Wait, [A-Za-z]{1,2} = .* is wrong, so we take it back))\.$/;

/** Matches what `wordSetback` writes, in a line of text. */
export const setbackPattern: RegExp = /\b(?:have yet to find|still unknown|not been found)\b.*, so we (?:cannot compute|come back to) /;

/** Matches what `wordRestatement` and `wordReminder` write. */
export const restatementPattern: RegExp = /(?:We know that it|Recall that the number of [^.]+?) equals [^.]+\./;

/** Says an expression in words, the same words each time. */
export function wordFormula(expression: Expression, names: readonly string[]): string {
  if (expression.kind === "reference") return names[expression.node] as string;
  if (expression.kind === "constant") return infix(expression, names, proseStyle);
  const { operator, operands } = expression;
  const last = operands.length - 1;
  if (last === 1) {
    const [first, second] = operands as readonly [Expression, Expression];
    if (operator === "*") return `${wordFormula(first, names)} times ${wordFormula(second, names)}`;
    if (operator === "+" && first.kind === "constant") return `${wordFormula(first, names)} more than ${wordFormula(second, names)}`;
  }
  let text = operator === "+" ? "the sum of " : operator === "*" ? "the product of " : "the difference of ";
  for (let index = 0; index <= last; index++) {
    if (index > 0) text += index === last ? " and " : ", ";
    text += wordFormula(operands[index] as Expression, names);
  }
  return text;
}

/** Lists words: "a, b and c". */
export function list(words: readonly string[]): string {
  let text = words[0] ?? "";
  for (let index = 1; index < words.length; index++) text += `${index === words.length - 1 ? " and " : ", "}${words[index]}`;
  return text;
}
