import { BridgeError, type Expression, type ReasoningGraph } from "@bridge-rl/spec";
import type { Vocabulary } from "../../vocabulary.js";
import { operationsOf, originalModulus } from "../arithmetic.js";
import { assembleGraph } from "./assemble-graph.js";
import { type CategoryUse, categoryLayers, type Distance } from "./category-layers.js";
import { categoryFormula } from "./quantities.js";
import { readSentences, type Sentences } from "./read-sentences.js";
import { splitNames } from "./split-names.js";
import { Structure } from "./structure.js";

/** Reads a problem in words. @throws BridgeError `invalid-input` */
export function readProseProblem(
  text: string,
  modulus: number | undefined,
  vocabulary: Vocabulary,
): { graph: ReasoningGraph; original: boolean } {
  const sentences = readSentences(text);
  const { quantities, question, original } = sentences;
  const worded = "name" in question ? question.name : `${question.container}'s ${question.held}`;
  const misworded = findMisworded(sentences, worded);
  if (misworded === undefined && "name" in question) quantities.intern(question.name);
  const certain = "name" in question || misworded !== undefined ? [] : [question];
  quantities.parts.push(...splitNames(quantities.names, certain));
  if (misworded === undefined && "container" in question) quantities.internParts(question.container, question.held);
  const structure = new Structure(original ? "top" : "bottom");
  const uses: CategoryUse[] = [];
  const { length: mentioned } = quantities.names;
  for (let quantity = 0; quantity < mentioned; quantity++) {
    const { container, held } = quantities.parts[quantity] as Sentences["quantities"]["parts"][number];
    if (quantities.formulas[quantity] === undefined) uses.push({ container, category: held });
    else structure.add(container, held);
  }
  for (const { container, category } of uses) {
    if (structure.find(category) === undefined) continue;
    throw new BridgeError("invalid-input", `no premise says what each ${container}'s ${category} equals`);
  }
  const usedModulus = modulus ?? sentences.modulus ?? (original ? originalModulus : undefined);
  const readings = uses.length === 0 ? [() => undefined] : categoryLayers(structure, uses, vocabulary);
  const targets = misworded ?? [quantities.find(worded) as number];
  let circle: unknown;
  for (const distance of readings) {
    try {
      return { graph: best(targets.map((target) => assemble(target, distance))), original };
    } catch (error) {
      // A wrong guess at the categories' layers makes quantities depend on themselves; the next reading is tried.
      if (!BridgeError.isInstance(error) || error.code !== "invalid-input") throw error;
      circle ??= error;
    }
  }
  throw circle;

  function assemble(target: number, distance: Distance): ReasoningGraph {
    return assembleGraph(
      {
        count: mentioned,
        formula: (quantity) => quantities.formulas[quantity] ?? infer(quantity, distance),
        describe(quantity) {
          const { container, held } = quantities.parts[quantity] as CategoryUse & { held: string };
          const stated = quantities.formulas[quantity] !== undefined;
          const label = stated ? { kind: "instance", container, item: held } : { kind: "abstract", container, category: held };
          return { name: `each ${quantities.names[quantity] as string}`, label, stated };
        },
      },
      target,
      usedModulus,
    );
  }

  function infer(quantity: number, distance: Distance): Expression {
    const parts = quantities.parts[quantity] as Sentences["quantities"]["parts"][number];
    const item = structure.find(parts.container);
    const empty = item === undefined || (structure.children[item] as readonly number[]).length === 0;
    const layers = empty ? 1 : distance(parts.container, parts.held);
    if (layers === undefined || layers < 1) {
      throw new BridgeError(
        "invalid-input",
        `the layer of ${parts.held} below ${parts.container} can't be told; pass the problem's vocabulary`,
      );
    }
    return categoryFormula(quantities, structure, parts, layers);
  }
}

/**
 * BRIDGE's generator cuts names at their first possessive when it asks, so "each Kid's Animal Farm's Tiger" is asked for as "Animal Farm"
 * of "each Kid". Returns the quantities that such a question may mean, or undefined where it reads as it stands.
 */
function findMisworded({ quantities, question }: Sentences, worded: string): number[] | undefined {
  if ("name" in question || quantities.find(worded) !== undefined) return undefined;
  const candidates = quantities.names.flatMap((name, quantity) => (name.startsWith(`${worded}'s `) ? [quantity] : []));
  return candidates.length === 0 ? undefined : candidates;
}

/** Of the readings of a question, the one that asks for most work: generators aim at long problems. */
function best(graphs: readonly ReasoningGraph[]): ReasoningGraph {
  const work = ({ nodes }: ReasoningGraph) => nodes.reduce((sum, node) => sum + (node.necessary ? operationsOf(node.expression) : 0), 0);
  return graphs.reduce((longest, graph) => (work(graph) > work(longest) ? graph : longest));
}
