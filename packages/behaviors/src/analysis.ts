import { type BehaviorFactory, defineBehavior, type Expression, type GraphNode, type Step } from "@bridge-rl/spec";
import { booleanField, isProbability, type OptionField, optionsSchema } from "./internal/options-schema.js";

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

type ReferenceCode = boolean | { readonly level: 0 | 1 | 2 | 3 | 4 };

const probability: OptionField<number | readonly number[]> = {
  default: 0.1,
  expected: "a number from 0 to 1, or a list of some",
  accepts: (value) => isProbability(value) || (Array.isArray(value) && value.length > 0 && value.every(isProbability)),
};

const referenceCode: OptionField<ReferenceCode> = {
  default: false,
  expected: "true, false, or { level } with a level from 0 to 4",
  accepts: (value) => typeof value === "boolean" || isLevel(value),
};

const options = optionsSchema({
  probability,
  attempts: booleanField(false),
  givens: booleanField(false),
  inferred: booleanField(false),
  referenceCode,
});

interface ResolvedOptions {
  readonly probability: number | readonly number[];
  readonly attempts: boolean;
  readonly givens: boolean;
  readonly inferred: boolean;
  readonly referenceCode: ReferenceCode;
}

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
    for (let index = 0; index < trace.steps.length; index++) {
      const step = trace.steps[index] as Step;
      if (step.kind === "derive" || (attempts && step.kind === "attempt")) {
        const node = graph.nodes[step.node];
        const eligible = node !== undefined && (node.dependencies.length > 0 ? node.stated || inferred : givens);
        const said = steps[steps.length - 1];
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

function isLevel(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0]?.[0] === "level" && [0, 1, 2, 3, 4].includes(entries[0][1]);
}

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
