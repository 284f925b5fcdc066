import { evaluateExpression, expressionReferences, necessaryNodes } from "@bridge-rl/dag";
import type { GraphNode, ReasoningGraph, Value } from "@bridge-rl/spec";
import type { GraphDraft } from "./graph-draft.js";
import type { QuestionAnswer } from "./graph-extractor.js";
import { type NamedExpression, namesIn, numbersIn, parseFormula, resolveNames } from "./internal/parse-formula.js";
import { numberOfAnswer, numbersOfText } from "./numbers-of-text.js";

/** A graph, or everything that keeps a draft from being one, in words that tell its author what to change. */
export type DraftResult = { readonly graph: ReasoningGraph } | { readonly problems: readonly string[] };

/**
 * Makes a sound graph of a draft, or says why there is none: names and ids unique, formulas readable, references known, no circle, values as
 * the formulas give them, the target's value the answer, and each number of the question in some formula.
 *
 * @param pair  undefined where there is nothing to compare with: then formulas alone decide
 */
export function graphFromDraft(draft: GraphDraft, pair: QuestionAnswer | undefined): DraftResult {
  const formulas = new Map<string, NamedExpression>();
  const problems = [...duplicates(draft), ...readFormulas(draft, formulas)];
  if (!draft.nodes.some(({ id }) => id === draft.target)) problems.push(`the target "${draft.target}" is the id of no node`);
  if (problems.length > 0) return { problems };
  const order = topologicalOrder(draft, formulas);
  if ("circle" in order) return { problems: [`${order.circle.join(" needs ")}: a circle; no node may rest on itself`] };
  const graph = assemble(draft, formulas, order.ids);
  const against = pair === undefined ? [] : [...wrongAnswer(graph, pair), ...forgottenNumbers(formulas, pair)];
  const wrong = [...wrongValues(draft, graph, pair !== undefined), ...against];
  return wrong.length > 0 ? { problems: wrong } : { graph };
}

function duplicates({ nodes }: GraphDraft): string[] {
  return (["id", "name"] as const).flatMap((field) => {
    const values = nodes.map((node) => node[field]);
    return [...new Set(values.filter((value, index) => values.indexOf(value) < index))].map(
      (value) => `several nodes have the ${field} "${value}"`,
    );
  });
}

function readFormulas({ nodes }: GraphDraft, into: Map<string, NamedExpression>): string[] {
  const known = new Set(nodes.map(({ id }) => id));
  return nodes.flatMap(({ id, formula }) => {
    const parsed = parseFormula(formula);
    if ("problem" in parsed) return [`the formula of ${id}, "${formula}", can't be read: ${parsed.problem}`];
    into.set(id, parsed.expression);
    return namesIn(parsed.expression)
      .filter((name) => !known.has(name))
      .map((name) => `the formula of ${id} uses ${name}, which is the id of no node`);
  });
}

/** Ids with dependencies first, otherwise in the draft's order; or a circle, its first id repeated at the end. */
function topologicalOrder(
  { nodes }: GraphDraft,
  formulas: ReadonlyMap<string, NamedExpression>,
): { readonly ids: readonly string[] } | { readonly circle: readonly string[] } {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): readonly string[] | undefined => {
    if (done.has(id)) return undefined;
    const before = path.indexOf(id);
    if (before !== -1) return [...path.slice(before), id];
    path.push(id);
    for (const name of namesIn(formulas.get(id) as NamedExpression)) {
      const circle = visit(name);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(id);
    return undefined;
  };
  for (const { id } of nodes) {
    const circle = visit(id);
    if (circle !== undefined) return { circle };
  }
  return { ids: [...done] };
}

function assemble(draft: GraphDraft, formulas: ReadonlyMap<string, NamedExpression>, order: readonly string[]): ReasoningGraph {
  const places = new Map(order.map((id, place) => [id, place]));
  const nodes: GraphNode[] = [];
  for (const [place, id] of order.entries()) {
    const { name, stated } = draft.nodes.find((node) => node.id === id) as GraphDraft["nodes"][number];
    const expression = resolveNames(formulas.get(id) as NamedExpression, (reference) => places.get(reference) as number);
    const value = evaluateExpression(expression, (node) => (nodes[node] as GraphNode).value);
    nodes.push({ id: place, name, dependencies: expressionReferences(expression), expression, value, necessary: false, stated });
  }
  const graph = { nodes, target: places.get(draft.target) as number };
  const necessary = new Set(necessaryNodes(graph));
  return { ...graph, nodes: nodes.map((node) => ({ ...node, necessary: necessary.has(node.id) })) };
}

function wrongValues(draft: GraphDraft, { nodes }: ReasoningGraph, compare: boolean): string[] {
  return nodes.flatMap(({ name, value }) => {
    const { id, formula, value: said } = draft.nodes.find((node) => node.name === name) as GraphDraft["nodes"][number];
    if (!Number.isFinite(value)) return [`the formula of ${id}, "${formula}", has no value: it divides by zero`];
    return !compare || same(value, said) ? [] : [`the value of ${id} is said to be ${said}, but "${formula}" is ${value}`];
  });
}

function wrongAnswer({ nodes, target }: ReasoningGraph, { answer }: QuestionAnswer): string[] {
  const right = numberOfAnswer(answer);
  const value = nodes[target]?.value as Value;
  if (right === undefined) return [`the answer "${answer}" has no number to compare the target with`];
  return same(value, right) ? [] : [`the target comes to ${value}, but the answer is ${right}`];
}

function forgottenNumbers(formulas: ReadonlyMap<string, NamedExpression>, { question }: QuestionAnswer): string[] {
  const used = [...formulas.values()].flatMap(numbersIn);
  // 25 % may stand as 0.25, and a sign is the operator's as often as the number's.
  const isUsed = (number: number) => used.some((one) => [number, number / 100].some((form) => same(Math.abs(one), Math.abs(form))));
  return [...new Set(numbersOfText(question))]
    .filter((number) => !isUsed(number))
    .map((number) => `the question says ${number}, which is in no formula; also what the answer does not need has to be a node`);
}

function same(left: Value, right: Value): boolean {
  if (typeof left !== "number" || typeof right !== "number") return left === right;
  return Math.abs(left - right) <= 1e-6 * Math.max(1, Math.abs(left), Math.abs(right));
}
