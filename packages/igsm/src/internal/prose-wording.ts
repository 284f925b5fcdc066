import type { Expression, GraphNode, Random } from "@bridge-rl/spec";
import { type InfixStyle, infix } from "./infix.js";

type Words = readonly ((...words: string[]) => string)[];

/** How prose writes formulas in symbols. */
export const proseStyle: InfixStyle = { space: " ", groupSums: true };

/** Premises. `name` is the quantity, `formula` what it equals. */
const premises: Words = [
  (name, formula) => `The number of ${name} equals ${formula}.`,
  (name, formula) => `The number of ${name} is equal to ${formula}.`,
];

const questions: Words = [
  (container, held) => `how many ${held} does each ${container} have?`,
  (container, held) => `how many ${held} are there in each ${container}?`,
];

/** A quantity that the premises give as a number. */
const givens: Words = [
  (name, value) => `The premises say that the number of ${name} is ${value}.`,
  (name, value) => `We are told that the number of ${name} is ${value}.`,
  (name, value) => `The number of ${name} is ${value}.`,
];

/** Turning to a quantity. They claim nothing, so that they also open an attempt. */
const turns: Words = [(name) => `Now, let's look at the number of ${name}.`, (name) => `Next, we turn to the number of ${name}.`];

const namings: Words = [(symbol) => `Call it ${symbol}.`, (symbol) => `Let it be ${symbol}.`, (symbol) => `We write ${symbol} for it.`];

/** Turning to a quantity and naming it at once. */
const definitions: Words = [
  (name, symbol) => `Next, let ${symbol} be the number of ${name}.`,
  (name, symbol) => `Then, let's call the number of ${name} ${symbol}.`,
  (name, symbol) => `Now, let ${symbol} stand for the number of ${name}.`,
];

const setbacks: Words = [
  (names, symbol) => `We have yet to find the number of ${names}, so we cannot compute ${symbol} now.`,
  (names, symbol) => `Wait, ${symbol} rests on the number of ${names}, which is still unknown, so we cannot compute it yet.`,
  (names, symbol) => `But the number of ${names} has not been found yet, so we come back to ${symbol} later.`,
];

function draw(words: Words, random: Random, ...parts: string[]): string {
  return (random.pick(words) as Words[number])(...parts);
}

/** States how a quantity is computed. */
export function wordPremise(name: string, formula: string, random: Random): string {
  return draw(premises, random, name, formula);
}

/** Asks for the target. */
export function wordQuestion({ name, label }: GraphNode, modulus: number | undefined, random: Random): string {
  const held = label?.item ?? label?.category;
  const question =
    label?.container === undefined || held === undefined
      ? `what is the number of ${name}?`
      : draw(questions, random, String(label.container), String(held));
  return modulus === undefined ? question.charAt(0).toUpperCase() + question.slice(1) : `Counting modulo ${modulus}, ${question}`;
}

/** Gives a quantity that is a plain number, and its symbol. */
export function wordGiven(name: string, value: string, symbol: string, random: Random): string {
  return `${draw(givens, random, name, value)} ${draw(namings, random, symbol)}`;
}

/** Turns to a quantity and names it, in one sentence or in two. */
export function wordDefinition(name: string, symbol: string, random: Random): string {
  if (random.chance(0.5)) return draw(definitions, random, name, symbol);
  return `${draw(turns, random, name)} ${draw(namings, random, symbol)}`;
}

/** Turns to a quantity that has a symbol already. */
export function wordReturn(name: string, symbol: string, random: Random): string {
  return `${draw(turns, random, name)} Remember that it has been denoted as ${symbol}.`;
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
  return draw(setbacks, random, list(names), symbol);
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
  if (expression.kind !== "operation") return infix(expression, names, proseStyle);
  const { operator, operands } = expression;
  const words = operands.map((operand) => wordFormula(operand, names));
  if (operands.length === 2) {
    const [first, second] = words as [string, string];
    if (operator === "*") return `${first} times ${second}`;
    if (operator === "+" && operands[0]?.kind === "constant") return `${first} more than ${second}`;
  }
  const kind = operator === "+" ? "sum" : operator === "*" ? "product" : "difference";
  return `the ${kind} of ${list(words)}`;
}

/** Lists words: "a, b and c". */
export function list(words: readonly string[]): string {
  let text = words[0] ?? "";
  for (let index = 1; index < words.length; index++) text += `${index === words.length - 1 ? " and " : ", "}${words[index]}`;
  return text;
}
