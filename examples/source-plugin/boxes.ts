import { splitOf, structureHash } from "@bridge-rl/dag";
import {
  BridgeError,
  createRandom,
  type Expression,
  type GraphNode,
  type Problem,
  type ProblemSource,
  parseOptions,
  type Random,
  type ReasoningGraph,
} from "@bridge-rl/spec";
import * as z from "zod";
import { boxesPhrasebook } from "./boxes-phrasebook.js";

/** What `boxes` takes. Every field has a default. */
export interface BoxesOptions {
  /** Kinds of boxes, 2 to 26. @defaultValue 8 */
  readonly kinds?: number;
  /** Most boxes in a box. @defaultValue 4 */
  readonly most?: number;
  /** The heaviest empty box. @defaultValue 9 */
  readonly heaviest?: number;
  /** Which part of the space of solution templates problems come from. @defaultValue "all" */
  readonly split?: "train" | "test" | "all";
  /** @defaultValue 0 */
  readonly seed?: number;
  /** The commands ask for one by its name. @defaultValue "boxes" */
  readonly phrasebook?: "boxes";
}

const schema = z.strictObject({
  kinds: z.int().min(2).max(26).default(8),
  most: z.int().min(1).max(8).default(4),
  heaviest: z.int().min(0).max(1000).default(9),
  split: z.enum(["train", "test", "all"]).default("all"),
  seed: z.int().default(0),
  phrasebook: z.literal("boxes").default("boxes"),
});

type Resolved = z.output<typeof schema>;

const name = "@example/boxes";
const version = 1;
const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const attempts = 1000;

/**
 * Boxes in boxes (the box-over-box task of arXiv 2407.20311's code): each kind of box weighs something empty and holds one to four
 * others, and the question is what one of them weighs with all that is in it. Kinds that it does not hold, at any depth, are distractors.
 *
 * @throws BridgeError `invalid-option`; `problem` throws `generation-exhausted` where the split has no boxes like these
 */
export function boxes(options: BoxesOptions = {}): ProblemSource {
  const resolved = parseOptions(schema, options, name);
  const { seed, split, ...changes } = resolved;
  const phrasebook = boxesPhrasebook();
  // Each problem has a stream of its own, so that none depends on those before it.
  const root = createRandom(seed, `${name}@${version}`);
  const settings = [changes.kinds, changes.most, changes.heaviest, split].join(",");

  function problem(index: number): Problem {
    if (!Number.isSafeInteger(index) || index < 0)
      throw new BridgeError("invalid-input", `problem ${index} does not exist; indices are integers from 0`);
    const random = root.fork("problem", index);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const graph = drawGraph(random.fork("graph", attempt), resolved);
      const hash = structureHash(graph, { namespace: "boxes:" });
      if (split === "all" || splitOf(hash) === split) return complete(graph, hash, index, random.fork("prompt"));
    }
    throw new BridgeError(
      "generation-exhausted",
      `problem ${index} was not found in ${attempts} attempts: too few boxes for the split ${split}; raise kinds`,
    );
  }

  function complete(graph: ReasoningGraph, hash: string, index: number, random: Random): Problem {
    const necessary = graph.nodes.filter((node) => node.necessary);
    return {
      id: `${name}@${version}?${settings}#${seed}.${index}`,
      source: { name, version, seed, index },
      prompt: phrasebook.renderPrompt(graph, random),
      graph,
      answer: (graph.nodes[graph.target] as GraphNode).value,
      difficulty: {
        operations: necessary.reduce((sum, { dependencies }) => sum + Math.max(1, dependencies.length), 0),
        distractors: graph.nodes.length - necessary.length,
      },
      structureHash: hash,
    };
  }

  return {
    name,
    version,
    specVersion: 1,
    seed,
    options: resolved,
    phrasebook,
    problem,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < start + count; index++) yield problem(index);
    },
  };
}

/** Boxes from the innermost on, so that each stands behind what it holds; the last one is asked for. */
function drawGraph(random: Random, { kinds, most, heaviest }: Resolved): ReasoningGraph {
  const names = random.shuffle(letters).slice(0, kinds);
  const contents = names.map((_, box) => random.shuffle([...Array(box).keys()]).slice(0, random.integer(1, most)));
  const needed = new Set([kinds - 1]);
  for (let box = kinds - 1; box >= 0; box--) if (needed.has(box)) for (const inner of contents[box] as number[]) needed.add(inner);

  const nodes: GraphNode[] = [];
  for (const [id, box] of names.entries()) {
    const dependencies = contents[id] as number[];
    const weight = random.integer(0, heaviest);
    const empty: Expression = { kind: "constant", value: weight };
    const held = dependencies.map((node): Expression => ({ kind: "reference", node }));
    nodes.push({
      id,
      name: `box ${box}`,
      label: { box },
      dependencies,
      expression: held.length === 0 ? empty : { kind: "operation", operator: "+", operands: [empty, ...held] },
      value: dependencies.reduce((sum, inner) => sum + Number(nodes[inner]?.value), weight),
      necessary: needed.has(id),
      stated: true,
    });
  }
  return { nodes, target: kinds - 1 };
}
