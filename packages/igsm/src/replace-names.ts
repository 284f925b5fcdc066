import { BridgeError, createRandom, type GraphNode, type Problem, type Random } from "@bridge-rl/spec";
import { defaultVocabulary } from "./default-vocabulary.js";
import { drawSymbols } from "./internal/build-graph.js";
import { drawOtherNames } from "./internal/draw-other-names.js";
import { isTerseProblem } from "./internal/parse/read-terse-problem.js";
import { replaceQuestion } from "./internal/question.js";
import type { Vocabulary } from "./vocabulary.js";

export interface ReplaceNamesOptions {
  /** What the problem is named with, and is named with anew. @defaultValue `defaultVocabulary` */
  readonly vocabulary?: Vocabulary;
}

/**
 * Gives the quantities of a problem other names and symbols: the same sentences in the same order about other things (arXiv 2407.20311,
 * `replace_names`). Graph, values, answer and solution template stay. Its id is that of the problem with `+names=<seed>`.
 *
 * @param seed  decides the names
 * @throws BridgeError `invalid-input` where its names are not of one ecosystem of the vocabulary; `unsupported` for a prompt in other words
 *   than ours
 */
export function replaceNames(problem: Problem, seed: number, options: ReplaceNamesOptions = {}): Problem {
  const { vocabulary = defaultVocabulary } = options;
  if (!Number.isSafeInteger(seed)) throw new BridgeError("invalid-option", `the seed of names is ${seed}; give an integer`);
  const { graph, prompt, id } = problem;
  const random = createRandom(seed, "replace names").fork(id);
  const renamed = drawOtherNames(graph, random.fork("names"), vocabulary);
  const symbols = otherSymbols(graph.nodes, random.fork("symbols"));
  const nodes = graph.nodes.map((node, place): GraphNode => {
    const { container, held } = renamed[place] as { container: string; held: string };
    const what = node.label?.kind === "instance" ? { item: held } : { category: held };
    return { ...node, name: `each ${container}'s ${held}`, label: { ...node.label, container, ...what, symbol: symbols[place] as string } };
  });
  const target = nodes[graph.target] as GraphNode;
  const text = isTerseProblem(prompt)
    ? replaceWords(prompt, /[A-Za-z]+/g, new Map(graph.nodes.map(({ label }, place) => [String(label?.symbol), symbols[place] as string])))
    : replaceWords(prompt, anyOf(graph.nodes), new Map(graph.nodes.map(({ name }, place) => [name, (nodes[place] as GraphNode).name])));
  return {
    ...problem,
    id: `${id}+names=${seed}`,
    prompt: replaceQuestion(text, target, symbols[graph.target] as string),
    graph: { ...graph, nodes },
  };
}

/** As many letters, from the alphabet that the problem's own come from. */
function otherSymbols(nodes: readonly GraphNode[], random: Random): string[] {
  const hasCapitals = nodes.some(({ label }) => /[A-Z]/.test(String(label?.symbol)));
  return drawSymbols(random, nodes.length, hasCapitals ? "original" : "bridge");
}

/** Longer names first: one may begin with another. */
function anyOf(nodes: readonly GraphNode[]): RegExp {
  const names = nodes.map(({ name }) => name).sort((left, right) => right.length - left.length);
  return new RegExp(names.join("|"), "g");
}

function replaceWords(text: string, words: RegExp, by: ReadonlyMap<string, string>): string {
  return text.replace(words, (word) => by.get(word) ?? word);
}
