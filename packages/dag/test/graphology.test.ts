import { createRandom, type Expression, type ReasoningGraph } from "@bridge-rl/spec";
import { DirectedGraph } from "graphology";
import { hasCycle } from "graphology-dag";
import { describe, expect, test } from "vitest";
import { fromGraphology, type ReasoningDirectedGraph, toGraphology } from "../src/graphology.js";
import { randomGraph } from "../src/random-graph.js";
import { validateGraph } from "../src/validate-graph.js";
import { constant, fruit, reference } from "./graphs.js";

/** The graph in graphology with other numbers for keys, which need not ascend. */
function renamed(graph: ReasoningGraph, keys: readonly number[]): ReasoningDirectedGraph {
  const rename = (expression: Expression): Expression => {
    if (expression.kind === "reference") return reference(keys[expression.node] as number);
    return expression.kind === "operation" ? { ...expression, operands: expression.operands.map(rename) } : expression;
  };
  const nodes = graph.nodes.map((node) => ({
    ...node,
    id: keys[node.id] as number,
    dependencies: node.dependencies.map((dependency) => keys[dependency] as number),
    expression: rename(node.expression),
  }));
  const directed: ReasoningDirectedGraph = new DirectedGraph();
  directed.replaceAttributes({ target: String(keys[graph.target]), ...(graph.modulus === undefined ? {} : { modulus: graph.modulus }) });
  for (const { id, dependencies: _, ...attributes } of nodes) directed.addNode(String(id), { ...attributes, role: "intermediate" });
  for (const { id, dependencies } of nodes) {
    for (const [position, dependency] of dependencies.entries()) directed.addEdge(String(dependency), String(id), { position });
  }
  return directed;
}

describe("toGraphology", () => {
  test("edges run from what is needed to what needs it; nodes carry their role", () => {
    const directed = toGraphology(fruit);
    expect(directed.edges()).toEqual(["0->2", "1->2", "1->3", "2->4", "0->4"]);
    expect(directed.mapNodes((_key, attributes) => attributes.role)).toEqual(["given", "given", "intermediate", "distractor", "target"]);
  });

  test("comes back as it was", () => {
    for (let seed = 0; seed < 300; seed++) {
      const graph = randomGraph(createRandom(seed, "graphology"), seed % 2 === 0 ? { modulus: 23 } : {});
      expect(fromGraphology(toGraphology(graph))).toEqual(graph);
    }
  });
});

describe("fromGraphology", () => {
  test("numbers nodes anew where some were dropped or added", () => {
    const directed = toGraphology(fruit);
    directed.dropNode("3");
    // A copy that comes after by key but stands between by edges.
    directed.addNode("9", { name: "copy", expression: reference(0), value: 3, necessary: false, stated: true, role: "intermediate" });
    directed.addEdge("0", "9", { position: 0 });
    directed.dropEdge("0->4");
    directed.addEdge("9", "4", { position: 1 });
    directed.setNodeAttribute("4", "expression", {
      kind: "operation",
      operator: "*",
      operands: [constant(2), { kind: "operation", operator: "-", operands: [reference(2), reference(9)] }],
    });
    const graph = fromGraphology(directed);
    expect(validateGraph(graph)).toEqual([]);
    expect(graph.nodes).toHaveLength(5);
    expect(graph.nodes[graph.target]?.name).toBe("all");
    expect(graph.nodes.find((node) => node.name === "copy")?.necessary).toBe(true);
  });

  test("orders as graphology's own algorithm allows where keys don't ascend, and refuses what that calls cyclic", () => {
    let cyclic = 0;
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(seed, "shuffled keys");
      const graph = randomGraph(random, { nodes: 8 });
      const keys = random.shuffle(graph.nodes.map(({ id }) => id));
      const directed = renamed(graph, keys);
      expect(
        fromGraphology(directed)
          .nodes.map(({ name }) => name)
          .sort(),
      ).toEqual(graph.nodes.map(({ name }) => name).sort());
      expect(validateGraph(fromGraphology(directed))).toEqual([]);

      const [from, to] = random.shuffle(directed.nodes());
      if (from === undefined || to === undefined || directed.hasEdge(from, to)) continue;
      directed.addEdge(from, to, { position: 0 });
      cyclic += hasCycle(directed) ? 1 : 0;
      expect(() => fromGraphology(directed)).toThrow(hasCycle(directed) ? /cycle/ : /edges into node/);
    }
    expect(cyclic).toBeGreaterThan(20);
  });

  test("refuses cycles, edges that are not the references, and references to nowhere", () => {
    const cyclic = toGraphology(fruit);
    cyclic.addEdge("4", "0", { position: 0 });
    expect(() => fromGraphology(cyclic)).toThrow(/cycle/);

    const extra = toGraphology(fruit);
    extra.addEdge("0", "3", { position: 1 });
    expect(() => fromGraphology(extra)).toThrow(/edges into node 3/);

    const torn = toGraphology(fruit);
    torn.dropNode("0");
    expect(() => fromGraphology(torn)).toThrow(/refers to node 0/);
  });
});
