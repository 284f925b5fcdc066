import { type BehaviorFactory, defineBehavior, type Expression, type GraphNode, type Step } from "@bridge-rl/spec";
import { z } from "zod";

export interface AnalysisOptions {
  /**
   * Chance that a premise is repeated before its node is derived: one for all, or a list by the number of operands that the
   * premise names (literals together count as one more), position 0 for none, the last for all longer ones.
   *
   * @defaultValue 0.1, as in the paper
   */
  readonly probability?: number | readonly number[] | undefined;
  /** Also before a locked node is attempted. @defaultValue false */
  readonly attempts?: boolean | undefined;
  /** Also premises that only give a number, which the derivation itself repeats. @defaultValue false */
  readonly givens?: boolean | undefined;
  /** Also what no premise states, where the phrasebook can word it. @defaultValue false */
  readonly inferred?: boolean | undefined;
  /**
   * Repeats the odds of the released code instead, at its analysis level (its scripts use 2); the other options are then unused.
   *
   * @defaultValue none
   */
  readonly referenceCode?: boolean | { readonly level: 0 | 1 | 2 | 3 | 4 } | undefined;
}

const chance = z.number().min(0).max(1);
const options = z.strictObject({
  probability: z.union([chance, z.array(chance).min(1).readonly()]).default(0.1),
  attempts: z.boolean().default(false),
  givens: z.boolean().default(false),
  inferred: z.boolean().default(false),
  referenceCode: z
    .union([z.boolean(), z.strictObject({ level: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]) })])
    .default(false),
});

type ResolvedOptions = z.output<typeof options>;

/** `generate_dataset.py` of the released code, by level: probabilities by in-degree, its literal counted as a parent. */
const referenceLevels: readonly (readonly number[])[] = [[0], [0, 0, 0.1, 0.4, 0.8, 1], [0, 0.1, 0.4, 0.8, 1], [0, 0.4, 0.8, 1], [0, 1]];

/**
 * Repeats the premise that defines a node before deriving it: BRIDGE's information analysis (arXiv 2505.18917, §4.1),
 * the second of its two exploitation behaviours.
 *
 * The paper gives it probability 0.1; the released code draws by in-degree, also before failed attempts, and so reaches 29 % of
 * all steps on 15–20 operations (`referenceCode`).
 */
export const analysis: BehaviorFactory<"@bridge-rl/analysis", AnalysisOptions> = defineBehavior({
  name: "@bridge-rl/analysis",
  specVersion: 1,
  options,
  inject(trace, { graph, random, options: given }) {
    const { probability, attempts, givens, inferred } = resolveReference(given);
    const steps: Step[] = [];
    for (const step of trace.steps) {
      if (step.kind === "derive" || (attempts && step.kind === "attempt")) {
        const node = graph.nodes[step.node];
        const eligible = node !== undefined && (node.dependencies.length > 0 ? node.stated || inferred : givens);
        const said = steps.at(-1);
        const repeated = said?.kind === "restate" && said.node === step.node;
        if (eligible && !repeated && random.chance(probabilityFor(node, probability))) {
          steps.push({ kind: "restate", node: node.id, behavior: "@bridge-rl/analysis" });
        }
      }
      steps.push(step);
    }
    return { ...trace, steps };
  },
});

function resolveReference(given: ResolvedOptions): Omit<ResolvedOptions, "referenceCode"> {
  const { referenceCode } = given;
  if (referenceCode === false) return given;
  const level = referenceCode === true ? 2 : referenceCode.level;
  return { probability: [...(referenceLevels[level] as readonly number[])], attempts: true, givens: false, inferred: false };
}

function probabilityFor(node: GraphNode, probability: number | readonly number[]): number {
  if (typeof probability === "number") return probability;
  const inDegree = node.dependencies.length + (hasConstant(node.expression) ? 1 : 0);
  return probability[Math.min(inDegree, probability.length - 1)] as number;
}

function hasConstant(expression: Expression): boolean {
  return expression.kind === "constant" || (expression.kind === "operation" && expression.operands.some(hasConstant));
}
