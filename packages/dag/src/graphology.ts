import { BridgeError, type Expression, type GraphNode, type ReasoningGraph } from "@bridge-rl/spec";
import { DirectedGraph } from "graphology";
import { expressionReferences } from "./expression-references.js";
import { necessaryNodes } from "./necessary-nodes.js";
import { type NodeRole, nodeRole } from "./node-role.js";

/** What a graphology node carries. `expression` refers to other nodes by the number in their key. */
export interface ReasoningNodeAttributes extends Omit<GraphNode, "id" | "dependencies"> {
  readonly role: NodeRole;
}

export interface ReasoningEdgeAttributes {
  /** Position of the source in the dependencies of the edge's target. */
  readonly position: number;
}

export interface ReasoningGraphAttributes {
  /** Key of the node that the question asks for. */
  readonly target: string;
  readonly modulus?: number;
}

/** A reasoning graph in graphology: edges run from what is needed to what needs it. */
export type ReasoningDirectedGraph = DirectedGraph<ReasoningNodeAttributes, ReasoningEdgeAttributes, ReasoningGraphAttributes>;

/** Lifts a graph into graphology, for its algorithms. Node keys are ids as text, edge keys `source->target`. */
export function toGraphology(graph: ReasoningGraph): ReasoningDirectedGraph {
  const directed: ReasoningDirectedGraph = new DirectedGraph();
  directed.replaceAttributes({ target: String(graph.target), ...(graph.modulus === undefined ? {} : { modulus: graph.modulus }) });
  for (const { id, dependencies: _, ...attributes } of graph.nodes) {
    directed.addNode(String(id), { ...attributes, role: nodeRole(graph, id) });
  }
  for (const node of graph.nodes) {
    for (const [position, dependency] of node.dependencies.entries()) {
      directed.addEdgeWithKey(`${dependency}->${node.id}`, String(dependency), String(node.id), { position });
    }
  }
  return directed;
}

/**
 * Brings a graph back from graphology, also one whose nodes were removed or added there.
 *
 * Nodes are numbered anew in a topological order (unchanged ones keep theirs); `necessary` follows from the edges.
 *
 * @throws BridgeError `invalid-graph` for a cycle, a missing target, a key that is no number, or edges that are not the references
 *   of the node's expression
 */
export function fromGraphology(directed: ReasoningDirectedGraph): ReasoningGraph {
  const ids = new Map(numberedKeys(directed).map((key, id) => [Number(key), id]));
  const { target, modulus } = directed.getAttributes();
  const nodes = [...ids].map(([key, id]): GraphNode => {
    const { role: _, ...attributes } = directed.getNodeAttributes(key);
    const expression = renumber(attributes.expression, ids, attributes.name);
    const dependencies = expressionReferences(expression);
    const sources = directed.inNeighbors(key).map((source) => ids.get(Number(source)));
    if (sources.length !== dependencies.length || !dependencies.every((dependency) => sources.includes(dependency))) {
      throw new BridgeError("invalid-graph", `the edges into node ${key} (${attributes.name}) are not the references of its expression`);
    }
    return { id, ...attributes, expression, dependencies };
  });
  const targetId = ids.get(Number(target));
  if (targetId === undefined) throw new BridgeError("invalid-graph", `the target ${target} is no node of the graph`);
  const graph: ReasoningGraph = { nodes, target: targetId, ...(modulus === undefined ? {} : { modulus }) };
  const necessary = new Set(necessaryNodes(graph));
  return { ...graph, nodes: nodes.map((node) => ({ ...node, necessary: necessary.has(node.id) })) };
}

/** Keys in ascending order where that is a topological one, else in the order in which they become free (Kahn's algorithm). */
function numberedKeys(directed: ReasoningDirectedGraph): string[] {
  const keys = directed.nodes();
  for (const key of keys) {
    if (!/^\d+$/.test(key))
      throw new BridgeError("invalid-graph", `the node key "${key}" is no number; expressions refer to nodes by number`);
  }
  const ascends = directed.everyEdge((_edge, _attributes, source, target) => Number(source) < Number(target));
  if (ascends) return keys.sort((left, right) => Number(left) - Number(right));
  const missing = new Map(keys.map((key) => [key, directed.inDegree(key)]));
  const order = keys.filter((key) => missing.get(key) === 0);
  // Grows while it is walked.
  for (const key of order) {
    directed.forEachOutNeighbor(key, (target) => {
      const left = (missing.get(target) as number) - 1;
      missing.set(target, left);
      if (left === 0) order.push(target);
    });
  }
  if (order.length < keys.length) throw new BridgeError("invalid-graph", "the graph has a cycle; a reasoning graph has none");
  return order;
}

function renumber(expression: Expression, ids: ReadonlyMap<number, number>, owner: string): Expression {
  switch (expression.kind) {
    case "constant":
      return expression;
    case "reference": {
      const node = ids.get(expression.node);
      if (node === undefined) {
        throw new BridgeError("invalid-graph", `the expression of "${owner}" refers to node ${expression.node}, which the graph lacks`);
      }
      return { ...expression, node };
    }
    case "operation":
      return { ...expression, operands: expression.operands.map((operand) => renumber(operand, ids, owner)) };
  }
}
