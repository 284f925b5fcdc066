import { BridgeError, type GraphNode, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { evaluateExpression } from "./evaluate-expression.js";
import { expressionReferences } from "./expression-references.js";
import { necessaryNodes } from "./necessary-nodes.js";

/** Something wrong with a graph. */
export interface GraphFinding {
  readonly code: "identifier" | "name" | "dependency" | "target" | "necessary" | "value" | "modulus";
  /** The node it was found at; absent where the whole graph is meant. */
  readonly node?: number;
  readonly message: string;
}

/**
 * Checks what every `ReasoningGraph` promises.
 *
 * Ids are positions, names unique, dependencies smaller than the id and those of the expression in order of first use,
 * `necessary` marks the target and its ancestors, values are what the expressions give (fractions to 1e-9, relative).
 *
 * @returns the findings, none for a sound graph
 */
export function validateGraph(graph: ReasoningGraph): GraphFinding[] {
  const structure = [...modulusFindings(graph), ...graph.nodes.flatMap((node, id) => structureFindings(node, id)), ...nameFindings(graph)];
  if (graph.nodes[graph.target] === undefined) {
    structure.push({ code: "target", message: `the target ${graph.target} is no node of a graph of ${graph.nodes.length} nodes` });
  }
  // Ancestors and values mean nothing where the structure is broken.
  return structure.length > 0 ? structure : [...necessaryFindings(graph), ...graph.nodes.flatMap((node) => valueFindings(graph, node))];
}

function modulusFindings({ modulus }: ReasoningGraph): GraphFinding[] {
  if (modulus === undefined || (Number.isInteger(modulus) && modulus >= 2)) return [];
  return [{ code: "modulus", message: `the modulus is ${modulus}; it has to be an integer of at least 2` }];
}

function structureFindings(node: GraphNode, id: number): GraphFinding[] {
  const findings: GraphFinding[] = [];
  if (node.id !== id) findings.push({ code: "identifier", node: id, message: `the node at position ${id} has the id ${node.id}` });
  for (const dependency of node.dependencies) {
    if (!Number.isInteger(dependency) || dependency < 0 || dependency >= id) {
      const message = `node ${id} depends on ${dependency}; dependencies have to stand before the node`;
      findings.push({ code: "dependency", node: id, message });
    }
  }
  const references = expressionReferences(node.expression);
  if (references.join() !== node.dependencies.join()) {
    const message = `node ${id} lists the dependencies [${node.dependencies}], its expression refers to [${references}]`;
    findings.push({ code: "dependency", node: id, message });
  }
  return findings;
}

function nameFindings(graph: ReasoningGraph): GraphFinding[] {
  const first = new Map<string, number>();
  return graph.nodes.flatMap((node, id): GraphFinding[] => {
    const holder = first.get(node.name);
    if (holder !== undefined) return [{ code: "name", node: id, message: `nodes ${holder} and ${id} are both named "${node.name}"` }];
    first.set(node.name, id);
    return [];
  });
}

function necessaryFindings(graph: ReasoningGraph): GraphFinding[] {
  const necessary = new Set(necessaryNodes(graph));
  return graph.nodes.flatMap((node, id): GraphFinding[] => {
    if (node.necessary === necessary.has(id)) return [];
    const message = `node ${id} is marked ${node.necessary ? "" : "un"}necessary, but the target ${necessary.has(id) ? "needs" : "does not need"} it`;
    return [{ code: "necessary", node: id, message }];
  });
}

function valueFindings(graph: ReasoningGraph, node: GraphNode): GraphFinding[] {
  let value: Value;
  try {
    value = evaluateExpression(node.expression, (id) => valueAt(graph, id), graph.modulus);
  } catch (error) {
    if (!BridgeError.isInstance(error)) throw error;
    return [{ code: "value", node: node.id, message: `node ${node.id} cannot be computed: ${error.message}` }];
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return [{ code: "value", node: node.id, message: `node ${node.id} computes to ${value}` }];
  }
  if (sameValue(value, node.value)) return [];
  const message = `node ${node.id} holds ${JSON.stringify(node.value)}, its expression gives ${JSON.stringify(value)}`;
  return [{ code: "value", node: node.id, message }];
}

function valueAt(graph: ReasoningGraph, id: number): Value {
  return (graph.nodes[id] as GraphNode).value;
}

function sameValue(computed: Value, held: Value): boolean {
  if (typeof computed !== "number" || typeof held !== "number" || Number.isInteger(computed)) return computed === held;
  return Math.abs(computed - held) <= 1e-9 * Math.abs(computed);
}
