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
    const dependencies: number[] = [];
    nodes.push({
      id: place,
      name: (names.openings[item] as string) + held,
      label: stated ? { kind: "instance", container, item: held, symbol } : { kind: "abstract", container, category: held, symbol },
      dependencies,
      expression: stated ? premise(draft, parameter, options, dependencies) : categorySum(draft, parameter, dependencies),
      value: value[parameter] as number,
      necessary: place < necessaryCount,
      stated,
    });
  }
  const graph = { nodes, target: necessaryCount - 1 };
  return options.modulus === undefined ? graph : { ...graph, modulus: options.modulus };
}

function reference(draft: Draft, parameter: number, dependencies: number[]): Expression {
  const node = draft.position[parameter] as number;
  if (!dependencies.includes(node)) dependencies.push(node);
  return { kind: "reference", node };
}

function premise(draft: Draft, parameter: number, options: ResolvedIgsmOptions, dependencies: number[]): Expression {
  const { parents, parentCount, hasLiteral, literal, multiplies, subtracts } = draft;
  const start = parameter * options.maximumInDegree;
  const count = parentCount[parameter] as number;
  const constant: Expression = { kind: "constant", value: literal[parameter] as number };
  if (count === 0) return constant;
  const operands: Expression[] = [];
  for (let index = 0; index < count; index++) operands.push(reference(draft, parents[start + index] as number, dependencies));
  const rest = count === 1 ? (operands[0] as Expression) : operation(subtracts[parameter] === 1 ? "-" : "+", operands);
  if (hasLiteral[parameter] === 0) return rest;
  return operation(multiplies[parameter] === 1 ? "*" : "+", [constant, rest]);
}

function categorySum(draft: Draft, abstract: number, dependencies: number[]): Expression {
  const { partStart, parts } = draft;
  const end = partStart[abstract + 1] as number;
  const deep = isDeep(draft, abstract);
  const terms: Expression[] = [];
  for (let part = partStart[abstract] as number; part < end; part += deep ? 2 : 1) {
    const first = reference(draft, parts[part] as number, dependencies);
    terms.push(deep ? operation("*", [first, reference(draft, parts[part + 1] as number, dependencies)]) : first);
  }
  if (terms.length === 0) return { kind: "constant", value: 0 };
  return terms.length === 1 ? (terms[0] as Expression) : operation("+", terms);
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
