import type { Expression, GraphNode, Random, ReasoningGraph } from "@bridge-rl/spec";
import type { ResolvedIgsmOptions } from "../options.js";
import type { Draft } from "./draft.js";
import type { DrawnNames } from "./draw-names.js";
import { isDeep } from "./draw-structure.js";

/** Turns a finished draft into plain JSON. */
export function buildGraph(draft: Draft, names: DrawnNames, symbols: readonly string[], options: ResolvedIgsmOptions): ReasoningGraph {
  const { order, orderCount, necessaryCount, edgeCount, edgeContainer, edgeItem, abstractItem, abstractLayer, value } = draft;
  const nodes: GraphNode[] = [];
  for (let place = 0; place < orderCount; place++) {
    const parameter = order[place] as number;
    const stated = parameter < edgeCount;
    const symbol = symbols[place] as string;
    const item = (stated ? edgeContainer[parameter] : abstractItem[parameter]) as number;
    const container = names.items[item] as string;
    const held = (stated ? names.items[edgeItem[parameter] as number] : names.categories[abstractLayer[parameter] as number]) as string;
    nodes.push({
      id: place,
      name: (names.openings[item] as string) + held,
      label: stated ? { kind: "instance", container, item: held, symbol } : { kind: "abstract", container, category: held, symbol },
      dependencies: dependenciesOf(draft, parameter, options.maximumInDegree),
      expression: stated ? premise(draft, parameter, options) : categorySum(draft, parameter),
      value: value[parameter] as number,
      necessary: place < necessaryCount,
      stated,
    });
  }
  const graph = { nodes, target: necessaryCount - 1 };
  return options.modulus === undefined ? graph : { ...graph, modulus: options.modulus };
}

/** Refers to a parameter's node. */
function reference(draft: Draft, parameter: number): Expression {
  return { kind: "reference", node: draft.position[parameter] as number };
}

function premise(draft: Draft, parameter: number, options: ResolvedIgsmOptions): Expression {
  const { parents, parentCount, hasLiteral, literal, multiplies, subtracts } = draft;
  const start = parameter * options.maximumInDegree;
  const count = parentCount[parameter] as number;
  if (count === 0) return { kind: "constant", value: literal[parameter] as number };
  const first = reference(draft, parents[start] as number);
  const rest = count === 1 ? first : operation(subtracts[parameter] === 1 ? "-" : "+", operandsFrom(draft, first, start, count));
  if (hasLiteral[parameter] === 0) return rest;
  return operation(multiplies[parameter] === 1 ? "*" : "+", [{ kind: "constant", value: literal[parameter] as number }, rest]);
}

/** References to two parents and more. Short lists are written out: a list that grows reserves room for seventeen. */
function operandsFrom(draft: Draft, first: Expression, start: number, count: number): Expression[] {
  const { parents } = draft;
  const second = reference(draft, parents[start + 1] as number);
  if (count === 2) return [first, second];
  const operands = [first, second, reference(draft, parents[start + 2] as number)];
  for (let index = 3; index < count; index++) operands.push(reference(draft, parents[start + index] as number));
  return operands;
}

function categorySum(draft: Draft, abstract: number): Expression {
  const { partStart } = draft;
  const start = partStart[abstract] as number;
  const end = partStart[abstract + 1] as number;
  if (start === end) return { kind: "constant", value: 0 };
  const width = isDeep(draft, abstract) ? 2 : 1;
  const first = term(draft, start, width);
  if (start + width === end) return first;
  const terms = [first, term(draft, start + width, width)];
  for (let part = start + 2 * width; part < end; part += width) terms.push(term(draft, part, width));
  return operation("+", terms);
}

function term(draft: Draft, part: number, width: 1 | 2): Expression {
  const { parts } = draft;
  const held = reference(draft, parts[part] as number);
  return width === 1 ? held : operation("*", [held, reference(draft, parts[part + 1] as number)]);
}

/** The nodes that a parameter refers to, each once, in the order of first use. */
function dependenciesOf(draft: Draft, parameter: number, maximumInDegree: number): number[] {
  const { edgeCount, parents, parentCount, partStart, parts, position, listA: nodes } = draft;
  const stated = parameter < edgeCount;
  const from = stated ? parents : parts;
  const start = stated ? parameter * maximumInDegree : (partStart[parameter] as number);
  const end = stated ? start + (parentCount[parameter] as number) : (partStart[parameter + 1] as number);
  let count = 0;
  for (let at = start; at < end; at++) {
    const node = position[from[at] as number] as number;
    let known = 0;
    while (known < count && nodes[known] !== node) known++;
    if (known === count) nodes[count++] = node;
  }
  if (count === 0) return [];
  if (count === 1) return [nodes[0] as number];
  if (count === 2) return [nodes[0] as number, nodes[1] as number];
  const list = [nodes[0] as number, nodes[1] as number, nodes[2] as number];
  for (let place = 3; place < count; place++) list.push(nodes[place] as number);
  return list;
}

function operation(operator: "+" | "-" | "*", operands: readonly Expression[]): Expression {
  return { kind: "operation", operator, operands };
}

const letters: readonly string[] = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

/**
 * Draws distinct symbols: small letters as long as they last, then capitals too, then pairs of letters.
 *
 * Few symbols that all problems share are learned sooner than many. The original takes all 52 letters from the start.
 */
export function drawSymbols(random: Random, count: number, dialect: ResolvedIgsmOptions["dialect"] = "bridge"): string[] {
  const symbols: string[] = [];
  const singles = count <= 26 && dialect === "bridge" ? 26 : letters.length;
  const pool = letters.slice(0, singles);
  if (count > letters.length) for (const first of letters) for (const second of letters) pool.push(first + second);
  for (let index = 0; index < count; index++) {
    const last = index < singles ? singles - 1 : pool.length - 1;
    const at = random.integer(index, last);
    symbols.push(pool[at] as string);
    pool[at] = pool[index] as string;
  }
  return symbols;
}
