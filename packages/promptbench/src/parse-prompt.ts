import { BridgeError, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { buildGraph } from "./internal/build-graph.js";
import type { Description, Fact } from "./internal/fact.js";
import { orderFacts, rootsOf } from "./internal/order-facts.js";
import { type ReadLines, readLines } from "./internal/read-lines.js";
import { readTersePrompt } from "./internal/read-terse-prompt.js";
import type { PromptbenchTask } from "./tasks.js";

/** A prompt as data, and solved: the graph's values follow from the text alone. */
export interface ParsedPrompt {
  readonly task: PromptbenchTask;
  readonly graph: ReasoningGraph;
  /** The value of the target. */
  readonly answer: Value;
}

/** What `parsePrompt` takes beside the text. */
export interface ParsePromptOptions {
  /** The node asked for, where the text is a description without its question. @defaultValue read from the text */
  readonly query?: string;
  /** The task, where the text leaves it open: a description of nothing but given truth values. @defaultValue told by the text */
  readonly task?: PromptbenchTask;
}

/**
 * Reads a problem of any of the seven tasks from its text, PromptBench's own or a wording of this package, in any order of lines.
 *
 * Nodes without a line of their own, and circles, give `"N/A"`.
 *
 * @throws BridgeError `invalid-input` where the text is no such problem
 */
export function parsePrompt(text: string, options: ParsePromptOptions = {}): ParsedPrompt {
  const description = readTersePrompt(text, options.task) ?? describe(text, readLines(text), options);
  const ordered = orderFacts(description.facts, rootsOf(description));
  const graph = buildGraph(description, ordered.facts, ordered.groups.flat());
  return { task: description.task, graph, answer: (graph.nodes[graph.target] as ReasoningGraph["nodes"][number]).value };
}

function describe(text: string, read: ReadLines, { query, task: wanted }: ParsePromptOptions): Description {
  const { kinds, equations, facts, positionOf } = read;
  if (kinds.has("equation")) {
    const [first, second] = equations;
    if (equations.length !== 2 || first === undefined || second === undefined)
      throw new BridgeError("invalid-input", `a system has two equations; the text has ${equations.length}`);
    return { task: "linear_equation", facts, query: -1, equations: [first, second] };
  }
  if (kinds.has("links")) return describePath(text, kinds.has("number"), facts, positionOf);
  const given = /Given (\w+) is (True|False), what is the value of (\w+)\?/.exec(text);
  if (given !== null) {
    const root = positionOf(given[1] as string);
    const target = positionOf(given[3] as string);
    const told = facts.map((fact, index) => (index === root ? { ...fact, literal: given[2] === "True" } : fact));
    return { task: "abductive_logic", facts: told, query: target };
  }
  const asked = query ?? /(?:(?:Compute|Deduce) the result of|[Ww]hat is the value of) (\w+)[.?]/.exec(text)?.[1];
  if (asked === undefined) throw new BridgeError("invalid-input", "the text asks for nothing; pass the node that is asked for as `query`");
  const target = positionOf(asked);
  return { task: treeTask(text, kinds, wanted), facts, query: target };
}

/** Problems of one level have no line with an operator; their questions tell deduction from boolean logic. */
function treeTask(text: string, kinds: ReadLines["kinds"], wanted: PromptbenchTask | undefined): PromptbenchTask {
  if (kinds.has("implication")) return "deductive_logic";
  if (kinds.has("boolean")) return "bool_logic";
  if (!kinds.has("truth")) return "arithmetic";
  const deduces = wanted === "deductive_logic" || /Deduce the result of|What can be deduced:/.test(text);
  return deduces ? "deductive_logic" : "bool_logic";
}

function describePath(text: string, weighted: boolean, facts: readonly Fact[], positionOf: ReadLines["positionOf"]): Description {
  const reach = /Can (\w+) be reached starting from (\w+)\?/.exec(text);
  const sum = /maximum sum path from (\w+) to (\w+)\?/.exec(text);
  const [start, end] = reach !== null ? [reach[2], reach[1]] : sum !== null ? [sum[1], sum[2]] : [];
  if (start === undefined || end === undefined || weighted !== (sum !== null)) {
    throw new BridgeError("invalid-input", "the graph's question is neither whether a node can be reached nor what the best path sums to");
  }
  return { task: sum === null ? "reachability" : "max_sum_path", facts, query: positionOf(start), goal: positionOf(end) };
}
