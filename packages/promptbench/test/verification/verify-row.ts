import { validateGraph, vanillaTrace } from "@bridge-rl/dag";
import { createRandom, type GraphNode, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { answerMatches, type ParsedPrompt, type PromptbenchTask, parsePrompt, prosePhrasebook, tersePhrasebook } from "../../src/index.js";
import type { FixtureNode, FixtureRow } from "./fixture-row.js";
import { type Proof, proveAnswer } from "./prove-answer.js";

const phrasebooks = [prosePhrasebook(), prosePhrasebook({ instructions: false, order: "topological" }), tersePhrasebook()];

/** What is found of a row. */
export interface RowFindings {
  /** What is wrong with the reading; nothing for a row that passes. */
  readonly failures: readonly string[];
  /** Where the label does not follow from the text, and a second way of solving the text says so too: what follows, and why. */
  readonly mislabelled?: Proof & { readonly label: string };
}

/** Compares a row with what this package makes of its text, in each order of lines. */
export function verifyRow(task: PromptbenchTask, row: FixtureRow): RowFindings {
  const gold: Value = typeof row.answer === "object" ? row.answer.join(" ") : row.answer;
  const failures: string[] = [];
  const proofs: Proof[] = [];
  const texts = Object.entries(textsOf(task, row));
  for (const [order, text] of texts) {
    // A bare description of one level doesn't tell deduction from boolean logic.
    const hint = order === "prompt" ? {} : { task };
    const parsed = parsePrompt(text, row.var === undefined ? hint : { ...hint, query: row.var });
    if (parsed.task !== task) {
      failures.push(`${order}: read as ${parsed.task}`);
      continue;
    }
    const proof = proveAnswer(task, text, row.var);
    const isProven = answerMatches(parsed.answer, proof.answer);
    if (!answerMatches(gold, String(parsed.answer)) && isProven) {
      proofs.push(proof);
      failures.push(...verifyWording(parsed, row, parsed.answer).map((finding) => `${order}: ${finding}`));
    } else failures.push(...verifyParsed(parsed, row, gold).map((finding) => `${order}: ${finding}`));
    if (!isProven) failures.push(`${order}: the answer is ${parsed.answer}, in a second way ${proof.answer}`);
  }
  const [proof] = proofs;
  if (proof === undefined) return { failures };
  if (proofs.length < texts.length) failures.push("the orders of its lines disagree about its label");
  return { failures, mislabelled: { ...proof, label: String(gold) } };
}

/** The prompt, and its description in the two other orders. */
function textsOf(task: PromptbenchTask, { prompt_random, question, descriptions }: FixtureRow): Record<string, string> {
  const { topological } = descriptions;
  const backwards = task === "arithmetic" || task.endsWith("_logic") ? topological.split("\n").reverse().join("\n") : topological;
  return { prompt: prompt_random ?? question ?? "", topological, reversed: descriptions.reversed ?? backwards };
}

function verifyParsed({ task, graph, answer }: ParsedPrompt, row: FixtureRow, gold: Value): string[] {
  const findings: string[] = [];
  if (!answerMatches(gold, String(answer))) findings.push(`the answer is ${answer}, the label ${gold}`);
  const written = row.solution === null ? undefined : prosePhrasebook().parseAnswer(row.solution);
  if (row.solution !== null && (written === undefined || !(answerMatches(answer, written) || isRounded(answer, written)))) {
    findings.push(`the worked answer ${written} does not match ${answer}`);
  }
  for (const node of row.meta.nodes) findings.push(...verifyNode(task, graph, node));
  return [...findings, ...verifyWording({ task, graph, answer }, row, gold)];
}

/** Words the problem and its solution anew, and reads both again. */
function verifyWording({ graph }: ParsedPrompt, row: FixtureRow, gold: Value): string[] {
  const findings = validateGraph(graph).map(({ message }) => message);
  for (const phrasebook of phrasebooks) {
    const { text } = phrasebook.renderTrace(graph, vanillaTrace(graph), createRandom(row.row));
    const parsed = phrasebook.parseAnswer(text);
    if (parsed === undefined || !answerMatches(gold, parsed)) findings.push(`${phrasebook.name} answers ${parsed}`);
    if (phrasebook.name === "terse") continue;
    const again = parsePrompt(phrasebook.renderPrompt(graph, createRandom(row.row)));
    if (factsOf(again.graph) !== factsOf(graph)) findings.push(`${phrasebook.name} does not say the same in its prompt`);
  }
  return findings;
}

/** DyVal writes eight decimals, which is too few for very small numbers, and `parseAnswer` keeps eight digits, too few for them all. */
export function isRounded(answer: Value, written: string): boolean {
  const parts = written.split(" ").map(Number);
  return String(answer)
    .split(" ")
    .map(Number)
    .every((value, index) => Math.abs(value - (parts[index] ?? Number.NaN)) <= 1e-8 + 1e-7 * Math.abs(value));
}

/** A graph as text, whatever the order of its nodes. */
function factsOf({ nodes, target }: ReasoningGraph): string {
  const facts = nodes.map(({ name, label, dependencies, value, necessary, stated }) =>
    JSON.stringify([name, label ?? {}, dependencies.map((id) => nodes[id]?.name), value, necessary, stated]),
  );
  return JSON.stringify([facts.sort(), nodes[target]?.name]);
}

const operators: Readonly<Record<string, string>> = { "**": "square" };

function verifyNode(task: PromptbenchTask, graph: ReasoningGraph, node: FixtureNode): string[] {
  const own = graph.nodes.find(({ name }) => name === node.name);
  if (own === undefined) return [`${node.name} is not in the graph`];
  const findings: string[] = [];
  const path = task === "reachability" || task === "max_sum_path";
  const [operator, children] = path ? [null, linksOf(own)] : shapeOf(task, graph, own);
  const expected = node.op === null ? null : (operators[node.op] ?? node.op);
  if (operator !== expected || children.join() !== node.children.join()) {
    findings.push(`${node.name} is ${operator} of (${children}), not ${expected} of (${node.children})`);
  }
  const value = task === "max_sum_path" ? Number(own.label?.weight) : own.value;
  // Abductive nodes off the path have no value there, and reachability gives weights that its text leaves out.
  if (node.value !== null && task !== "reachability" && !sameValue(node.value, value))
    findings.push(`${node.name} is ${value}, not ${node.value}`);
  return findings;
}

function linksOf({ label }: GraphNode): string[] {
  return String(label?.links ?? "")
    .split(" ")
    .filter((name) => name !== "");
}

/** The operator and the operands of a node's premise. */
function shapeOf(task: PromptbenchTask, graph: ReasoningGraph, { label, expression }: GraphNode): [string | null, string[]] {
  if (task === "abductive_logic") {
    return label?.operator === undefined ? [null, []] : [String(label.operator), String(label.premises).split(" ")];
  }
  const premise = expression.kind === "operation" && expression.operator === "implied" ? expression.operands[0] : expression;
  if (premise?.kind !== "operation") return [null, []];
  return [
    premise.operator,
    premise.operands.map((operand) => (operand.kind === "reference" ? String(graph.nodes[operand.node]?.name) : "?")),
  ];
}

function sameValue(expected: number | boolean | string, value: Value): boolean {
  if (typeof expected !== "number" || typeof value !== "number") return expected === value;
  // DyVal subtracts a sum where others subtract one by one, so what cancels out may leave different traces of rounding.
  return Math.abs(expected - value) <= 1e-9 * Math.abs(expected) + 1e-9;
}
