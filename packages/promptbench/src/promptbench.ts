import {
  BridgeError,
  createRandom,
  type Phrasebook,
  type Problem,
  type ProblemSource,
  type Random,
  type ReasoningGraph,
  type Value,
} from "@bridge-rl/spec";
import { tolerantAnswer } from "./answer-matches.js";
import { buildGraph } from "./internal/build-graph.js";
import { describer, type Failure } from "./internal/draw-description.js";
import type { Naming } from "./internal/draw-names.js";
import { ascend, interleave, orderFacts, rootsOf } from "./internal/order-facts.js";
import { optionsPart, parseProblemId, problemId } from "./internal/problem-id.js";
import { packageName, sourceVersion } from "./internal/version.js";
import { type PromptbenchOptions, type ResolvedPromptbenchOptions, resolvePromptbenchOptions } from "./options.js";
import { prosePhrasebook } from "./prose-phrasebook.js";
import { splitOf, structureHash } from "./structure-hash.js";
import { notAvailable, type PromptbenchTask } from "./tasks.js";
import { tersePhrasebook } from "./terse-phrasebook.js";

/** A source of problems of one of DyVal's tasks. */
export interface PromptbenchSource extends ProblemSource {
  readonly task: PromptbenchTask;
  /**
   * Makes a problem again from its id, whatever options and seed it was made with; an own phrasebook must be this source's.
   *
   * @throws BridgeError `invalid-input`
   */
  problemById(id: string): Problem;
}

const advice: Readonly<Record<Failure, string>> = {
  tree: "no tree could be computed exactly: lower `depth`, `children` or `values`",
  answers: "the answers leave the range of `answers`: widen it",
  integers: "values are fractions: leave / and sqrt out of `operators`, or allow fractions",
  balance: "the wanted answer did not come up: deepen the problems, or set `balance` to false",
  cycles: "no premise can be bent back on itself in a way that changes what can be known: raise `depth`",
  singular: "the equations have no single solution: widen `coefficients`",
  split: "too few solution templates lie in the `split`: enlarge the problems, or use the other split or all",
};

const maximumAttempts = 2000;
/** Attempts at the wanted answer, and then at each of the others in turn. */
const patience = 1000;
const patiencePerLabel = 200;

/** What balanced problems are asked for, each equally often. */
const balancedAnswers: Readonly<Partial<Record<PromptbenchTask, readonly Value[]>>> = {
  bool_logic: [true, false],
  deductive_logic: [true, notAvailable],
  abductive_logic: [true, false, notAvailable],
  reachability: [true, false],
};

/**
 * Makes an endless list of problems of one of DyVal's tasks (arXiv 2309.17167; PromptBench, `promptbench/dyval`).
 *
 * `problem(index)` depends on the options, the seed and the index alone, and takes bounded work. What cannot be known, because premises are
 * deleted or rest on themselves, is computed and has the answer `"N/A"`.
 *
 * @throws BridgeError `invalid-option`; `problem` throws `generation-exhausted`, with the option that is too tight
 */
export function promptbench(options: PromptbenchOptions): PromptbenchSource {
  const resolved = resolvePromptbenchOptions(options);
  const { task, seed, split } = resolved;
  const name = `${packageName}/${task}`;
  const phrasebook = phrasebookOf(resolved);
  const describe = describer(resolved, namingOf(resolved));
  const labels = balancedLabels(resolved);
  const root = createRandom(seed, `${name}@${sourceVersion}`);
  const part = optionsPart(resolved);
  const arrangeSteps = resolved.steps === "bottom-up" ? ascend : interleave;

  function problem(index: number): Problem {
    if (!Number.isSafeInteger(index) || index < 0)
      throw new BridgeError("invalid-input", `problem ${index} does not exist; indices are integers from 0`);
    const stream = root.fork("", index);
    let wanted = stream.pick(labels);
    let failures: Map<Failure, number> | undefined;
    for (let attempt = 0; attempt < maximumAttempts; attempt++) {
      // Small problems may have no template of this answer in the split; then another one is taken.
      if (wanted !== undefined && attempt >= patience && attempt % patiencePerLabel === 0) {
        wanted = labels[(labels.indexOf(wanted) + 1) % labels.length];
      }
      const graph = attemptGraph(stream, wanted);
      let failure: Failure = "split";
      if (typeof graph === "string") failure = graph;
      else {
        const hash = structureHash(graph);
        if (split === "all" || splitOf(hash) === split) return complete(index, graph, hash, stream);
      }
      failures ??= new Map();
      failures.set(failure, (failures.get(failure) ?? 0) + 1);
    }
    const [[worst, count]] = [...(failures ?? [])].sort((left, right) => right[1] - left[1]) as [[Failure, number]];
    throw new BridgeError(
      "generation-exhausted",
      `${name} problem ${index} was not found in ${maximumAttempts} attempts; in ${count} of them ${advice[worst]}`,
    );
  }

  function attemptGraph(random: Random, wanted: Value | undefined): ReasoningGraph | Failure {
    const description = describe(random, wanted);
    if (typeof description === "string") return description;
    const ordered = orderFacts(description.facts, rootsOf(description));
    const graph = buildGraph(description, ordered.facts, arrangeSteps(ordered, random));
    const { value } = graph.nodes[graph.target] as ReasoningGraph["nodes"][number];
    if (wanted !== undefined && value !== wanted) return "balance";
    if (resolved.answers !== undefined && typeof value === "number" && (value < resolved.answers[0] || value > resolved.answers[1]))
      return "answers";
    return circlesAreOpen(graph) ? graph : "cycles";
  }

  function complete(index: number, graph: ReasoningGraph, hash: string, stream: Random): Problem {
    return {
      id: problemId(resolved, part, index),
      source: { name, version: sourceVersion, seed, index },
      prompt: phrasebook.renderPrompt(graph, stream.fork("prompt")),
      graph,
      answer: (graph.nodes[graph.target] as ReasoningGraph["nodes"][number]).value,
      difficulty: difficultyOf(graph),
      structureHash: hash,
    };
  }

  return {
    name,
    task,
    version: sourceVersion,
    specVersion: 1,
    seed,
    options: { ...resolved, phrasebook: phrasebook.name },
    phrasebook,
    reward: tolerantAnswer(),
    problem,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < start + count; index++) yield problem(index);
    },
    problemById: (id) => problemById(id, { phrasebook }),
  };
}

/**
 * Makes a problem again from its id.
 *
 * @param own  the phrasebook it was made with, where it was the user's own
 * @throws BridgeError `invalid-input` where the id can't be read, was made by another version, or needs an own phrasebook
 */
export function problemById(id: string, own: Pick<PromptbenchOptions, "phrasebook"> = {}): Problem {
  const { options, index } = parseProblemId(id, own);
  return promptbench(options).problem(index);
}

function phrasebookOf({ phrasebook, order }: ResolvedPromptbenchOptions): Phrasebook {
  if (phrasebook === "terse") return tersePhrasebook({ order });
  return typeof phrasebook === "string" ? prosePhrasebook({ order, instructions: phrasebook === "prose" }) : phrasebook;
}

function namingOf({ original, phrasebook }: ResolvedPromptbenchOptions): Naming {
  if (original) return "original";
  return (typeof phrasebook === "string" ? phrasebook : phrasebook.name).startsWith("terse") ? "letters" : "consonants";
}

function balancedLabels({ task, balance, deletedPremises = [0, 0], cycles = [0, 0] }: ResolvedPromptbenchOptions): readonly Value[] {
  if (balance !== true) return [];
  const labels = balancedAnswers[task] ?? [];
  return task === "bool_logic" && deletedPremises[1] + cycles[1] > 0 ? [...labels, notAvailable] : labels;
}

/** Whether what a circle comes back to is unknown: if it is known all the same, the circle says more than its stand-in does. */
function circlesAreOpen({ nodes }: ReasoningGraph): boolean {
  for (const { label } of nodes) {
    if (label?.circular === undefined) continue;
    const original = nodes.find(({ name }) => name === label.circular);
    if (original?.value !== notAvailable) return false;
  }
  return true;
}

function difficultyOf({ nodes }: ReasoningGraph): Problem["difficulty"] {
  let operations = 0;
  let steps = 0;
  let premises = 0;
  let distractors = 0;
  for (const { necessary, stated, expression } of nodes) {
    if (stated) premises++;
    if (necessary) {
      steps++;
      operations += Math.max(1, operationsOf(expression));
    } else if (stated) distractors++;
  }
  return { operations, steps, premises, distractors };
}

function operationsOf(expression: ReasoningGraph["nodes"][number]["expression"]): number {
  if (expression.kind !== "operation") return 0;
  let sum = Math.max(1, expression.operands.length - 1);
  for (const operand of expression.operands) sum += operationsOf(operand);
  return sum;
}
