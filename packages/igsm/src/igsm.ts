import { splitOf } from "@bridge-rl/dag";
import {
  BridgeError,
  createRandom,
  type GraphNode,
  type Phrasebook,
  type Problem,
  type ProblemSource,
  type Random,
  type ReasoningGraph,
} from "@bridge-rl/spec";
import { defaultVocabulary } from "./default-vocabulary.js";
import { addDistractors } from "./internal/add-distractors.js";
import { buildGraph, drawSymbols } from "./internal/build-graph.js";
import { chooseParameters } from "./internal/choose-parameters.js";
import { chooseParents, hasRoom } from "./internal/choose-parents.js";
import { countNodes } from "./internal/count-nodes.js";
import { createDraft, type Draft } from "./internal/draft.js";
import { drawFormulas } from "./internal/draw-formulas.js";
import { drawNames } from "./internal/draw-names.js";
import { drawStructure } from "./internal/draw-structure.js";
import { nameTable } from "./internal/name-table.js";
import { orderParameters } from "./internal/order-parameters.js";
import { chooseOriginalParameters } from "./internal/original/choose-parameters.js";
import { drawOriginalSettings, type OriginalSettings } from "./internal/original/draw-settings.js";
import { drawOriginalStructure } from "./internal/original/draw-structure.js";
import { orderOriginalParameters } from "./internal/original/order-parameters.js";
import { optionsPart, parseProblemId, problemId } from "./internal/problem-id.js";
import { sourceName, sourceVersion } from "./internal/version.js";
import { type IgsmOptions, type ResolvedIgsmOptions, resolveIgsmOptions } from "./options.js";
import { originalPhrasebook } from "./original-phrasebook.js";
import { prosePhrasebook } from "./prose-phrasebook.js";
import { reAsk } from "./re-ask.js";
import { replaceNames } from "./replace-names.js";
import { structureHash } from "./structure-hash.js";
import { tersePhrasebook } from "./terse-phrasebook.js";
import { checkVocabulary } from "./vocabulary.js";

/** A source of iGSM problems. */
export interface IgsmSource extends ProblemSource {
  /**
   * Makes a problem again from its id, whatever options and seed it was made with; an own vocabulary or phrasebook must be this source's.
   *
   * @throws BridgeError `invalid-input`
   */
  problemById(id: string): Problem;
}

/** Why an attempt was given up, in the words of the option to change. */
type Failure = "order" | "capacity" | "distractors" | "overflow" | "answerLimit" | "dropZeroAnswers" | "split";

const advice: Readonly<Record<Failure, string>> = {
  order: "no order of the parameters makes all of them necessary: allow more `maximumEdges` or `items`",
  capacity: "the graphs have no room for that many operations: allow more `maximumEdges`, `items`, `layers` or `maximumInDegree`",
  distractors: "the graphs leave too few edges for the least number of `distractors`: lower it or allow more `maximumEdges`",
  overflow: "values leave the exact integers, or reach `valueLimit`: raise it, lower `multipliers` or `literals`, or set a `modulus`",
  answerLimit: "answers reach `answerLimit`: raise it, lower `multipliers` or `literals`, or set a `modulus`",
  dropZeroAnswers: "all answers are 0: raise `literals` or lower `dropZeroAnswers`",
  split: "too few solution templates of that many `operations` lie in the `split`: widen `operations`, or use the other split or all",
};

const maximumAttempts = 1000;
/** A range of operations is drawn from again after this many attempts: the split may have no template of some count. */
const attemptsPerCount = 40;
/** Operators and literals are drawn this often before the graph is given up. */
const formulaDraws = 8;

/**
 * Makes an endless list of iGSM problems (arXiv 2407.20311; BRIDGE's variant, arXiv 2505.18917, §4.1).
 *
 * `problem(index)` depends on the options, the seed and the index alone, takes bounded work, and meets `operations` exactly.
 *
 * @throws BridgeError `invalid-option`; `problem` throws `generation-exhausted`, with the option that is too tight
 */
export function igsm(options: IgsmOptions = {}): IgsmSource {
  const resolved = resolveIgsmOptions(options);
  const vocabulary = resolved.vocabulary ?? defaultVocabulary;
  checkVocabulary(vocabulary, resolved.layers.maximum, resolved.items.maximum);
  const phrasebook = phrasebookOf(resolved.phrasebook);
  const names = nameTable(vocabulary);
  const draft = createDraft(resolved);
  const root = createRandom(resolved.seed, `${sourceName}@${sourceVersion}`);
  const part = optionsPart(resolved);
  const { seed } = resolved;

  function problem(index: number): Problem {
    if (!Number.isSafeInteger(index) || index < 0)
      throw new BridgeError("invalid-input", `problem ${index} does not exist; indices are integers from 0`);
    const stream = root.fork("problem", index);
    const { graph, hash } = drawGraph(stream, index);
    return {
      id: problemId(part, seed, index),
      source: { name: sourceName, version: sourceVersion, seed, index },
      prompt: phrasebook.renderPrompt(graph, stream.fork("prompt")),
      graph,
      answer: (graph.nodes[graph.target] as GraphNode).value,
      difficulty: countNodes(graph, draft.operations),
      structureHash: hash,
    };
  }

  function drawGraph(stream: Random, index: number): { graph: ReasoningGraph; hash: string } {
    const failures: Failure[] = [];
    let operations = 0;
    let settings: OriginalSettings | undefined;
    for (let attempt = 0; attempt < maximumAttempts; attempt++) {
      const random = stream.fork("", attempt);
      if (attempt % attemptsPerCount === 0) {
        operations = drawOperations(random, resolved);
        settings = undefined;
      }
      if (resolved.dialect === "original") settings ??= drawOriginalSettings(random, resolved, operations);
      const result = attemptGraph(random, operations, settings);
      if (typeof result !== "string") return result;
      // The original tries its settings until a graph can be ordered; what fails otherwise is drawn from the start.
      if (result !== "order") settings = undefined;
      failures.push(result);
    }
    const { worst, count } = mostFrequent(failures);
    const message = `problem ${index} with ${operations} operations was not found in ${maximumAttempts} attempts; in ${count} of them ${advice[worst]}`;
    throw new BridgeError("generation-exhausted", message);
  }

  function attemptGraph(
    random: Random,
    operations: number,
    settings?: OriginalSettings,
  ): { graph: ReasoningGraph; hash: string } | Failure {
    const { maximumInDegree, dialect } = resolved;
    if (settings === undefined) {
      drawStructure(draft, random, resolved, operations);
      chooseParameters(draft, random, operations);
    } else {
      drawOriginalStructure(draft, random, settings);
      chooseOriginalParameters(draft, random, settings);
    }
    if (!hasRoom(draft, operations, maximumInDegree)) return "capacity";
    const order = settings === undefined ? orderParameters : orderOriginalParameters;
    if (!order(draft, random, maximumInDegree)) return "order";
    if (!chooseParents(draft, random, operations, maximumInDegree, dialect === "original")) return "capacity";
    const failure = drawTargetFormulas(draft, random, resolved);
    if (failure !== undefined) return failure;
    if (!addDistractors(draft, random, resolved)) return "distractors";
    let exact = false;
    for (let draw = 0; draw < formulaDraws && !exact; draw++) {
      exact = drawFormulas(draft, random, resolved, draft.necessaryCount, draft.orderCount);
    }
    if (!exact) return "overflow";
    draft.operations = operations;
    const drawn = drawNames(draft, random, names);
    const graph = buildGraph(draft, drawn, drawSymbols(random, draft.orderCount, dialect), resolved);
    const hash = structureHash(graph);
    if (resolved.split !== "all" && splitOf(hash) !== resolved.split) return "split";
    return { graph, hash };
  }

  const source: IgsmSource = {
    name: sourceName,
    version: sourceVersion,
    specVersion: 1,
    seed,
    options: plainOptions(resolved, phrasebook),
    phrasebook,
    problem,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < start + count; index++) yield problem(index);
    },
    problemById: (id) => problemById(id, { phrasebook, ...(resolved.vocabulary === undefined ? {} : { vocabulary: resolved.vocabulary }) }),
  };
  return source;
}

/**
 * Makes a problem again from its id.
 *
 * @param own  the vocabulary and the phrasebook it was made with, where they were the user's own
 * @throws BridgeError `invalid-input` where the id can't be read, was made by another version, or needs an own vocabulary or phrasebook
 */
export function problemById(id: string, own: Pick<IgsmOptions, "vocabulary" | "phrasebook"> = {}): Problem {
  const { options, index, changes } = parseProblemId(id, own);
  let problem = igsm(options).problem(index);
  for (const { kind, value } of changes) {
    const { vocabulary } = own;
    problem = kind === "ask" ? reAsk(problem, value) : replaceNames(problem, value, vocabulary === undefined ? {} : { vocabulary });
  }
  return problem;
}

/** The failure that came up most often; of equals, the one that came first. */
function mostFrequent(failures: readonly Failure[]): { worst: Failure; count: number } {
  const counts = new Map<Failure, number>();
  for (const failure of failures) counts.set(failure, (counts.get(failure) ?? 0) + 1);
  const [[worst, count]] = [...counts].sort((left, right) => right[1] - left[1]) as [[Failure, number]];
  return { worst, count };
}

function drawOperations(random: Random, options: ResolvedIgsmOptions): number {
  const { operations, operationsDistribution } = options;
  const first = random.integer(operations.minimum, operations.maximum);
  const second = random.integer(operations.minimum, operations.maximum);
  return operationsDistribution === "skewed" ? Math.min(first, second) : first;
}

/** Operators and literals of the necessary part, drawn until the answer is one that the options allow. */
function drawTargetFormulas(draft: Draft, random: Random, options: ResolvedIgsmOptions): Failure | undefined {
  const { order, necessaryCount, value } = draft;
  const target = order[necessaryCount - 1] as number;
  let failure: Failure | undefined;
  for (let draw = 0; draw < formulaDraws; draw++) {
    if (!drawFormulas(draft, random, options, 0, necessaryCount)) {
      failure = "overflow";
      continue;
    }
    const answer = value[target] as number;
    if (options.modulus === undefined && Math.abs(answer) >= options.answerLimit) failure = "answerLimit";
    else if (answer === 0 && random.chance(options.dropZeroAnswers)) failure = "dropZeroAnswers";
    else return undefined;
  }
  return failure;
}

function phrasebookOf(choice: ResolvedIgsmOptions["phrasebook"]): Phrasebook {
  if (choice === "prose") return prosePhrasebook();
  if (choice === "original") return originalPhrasebook();
  return choice === "terse" ? tersePhrasebook() : choice;
}

function plainOptions(options: ResolvedIgsmOptions, phrasebook: Phrasebook): Record<string, unknown> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(entries), phrasebook: phrasebook.name };
}
