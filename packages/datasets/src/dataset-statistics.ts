import { type BehaviorMark, type BehaviorMarkKind, wilsonInterval } from "@bridge-rl/spec";
import type { DatasetRow } from "./dataset-row.js";
import { Tally } from "./internal/tally.js";
import { HashSet53, textHash } from "./internal/text-hash.js";
import type { RowIndex } from "./row-index.js";

export interface StatisticsOptions {
  /** Tokens of a text; without it lengths are told in characters alone. @defaultValue none */
  readonly countTokens?: (text: string) => number;
  /** Finds behaviours by the wording of completions, as a phrasebook does. @defaultValue none: spans alone tell of behaviours */
  readonly detectBehaviors?: (completion: string) => readonly BehaviorMark[];
  /** Counts rows whose prompt or solution template another dataset has too: test data against training data. @defaultValue none */
  readonly against?: RowIndex;
}

/** How long texts are. */
export interface LengthStatistics {
  readonly count: number;
  readonly mean: number;
  readonly total: number;
  readonly minimum: number;
  readonly median: number;
  /** The 95th percentile. */
  readonly p95: number;
  readonly maximum: number;
  /** Counts in at most 40 equal steps. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

/** An answer and its share of all. */
export interface AnswerShare {
  readonly answer: string;
  readonly count: number;
  readonly share: number;
  /** 95 %, Wilson's. */
  readonly interval: readonly [low: number, high: number];
}

/** What a behaviour, or a kind of mark, wrote. */
export interface BehaviorShare {
  readonly name: string;
  readonly count: number;
  /** Rows in which it shows. */
  readonly rows: number;
  /** Of all characters of completions. */
  readonly characters: number;
}

/** What a dataset is made of. Plain JSON. */
export interface DatasetStatistics {
  readonly rows: number;
  /** Rows with a completion. */
  readonly completions: number;
  readonly operations: readonly { readonly operations: number; readonly count: number; readonly constant?: AnswerShare }[];
  readonly prompt: { readonly characters?: LengthStatistics; readonly tokens?: LengthStatistics };
  readonly completion: { readonly characters?: LengthStatistics; readonly tokens?: LengthStatistics };
  readonly answers: {
    readonly known: number;
    /** Different answers; beyond 100,000 of them only those seen first are counted. */
    readonly distinct: number;
    /** The most frequent ones, at most 20. What always giving the first would score: the constant-answer baseline. */
    readonly top: readonly AnswerShare[];
    /** The share of the answer 0, a shortcut that models learn. */
    readonly zero?: AnswerShare;
  };
  /** By the plugin that wrote them, from spans; empty without spans. */
  readonly behaviors: readonly BehaviorShare[];
  /** By kind of mark, from the wording; empty without a phrasebook. */
  readonly marks: readonly (BehaviorShare & { readonly name: BehaviorMarkKind })[];
  readonly duplicates: {
    /** Rows whose prompt and completion came before. */
    readonly texts: number;
    readonly prompts: number;
    /** Rows whose solution template came before, among those that have a hash. */
    readonly structures: number;
    readonly structuresKnown: number;
  };
  /** Rows that the dataset given as `against` has too; absent without one. */
  readonly shared?: {
    readonly prompts: number;
    /** Rows with a solution template of the other dataset, among those that have a hash. */
    readonly structures: number;
    readonly structuresKnown: number;
    /** Different solution templates of the other dataset; 0 where its rows have no hashes, so that nothing can be found. */
    readonly structuresOfOther: number;
  };
}

const mostAnswers = 100_000;

/** Takes rows one at a time. Memory grows by some bytes a row, for duplicates, and not with the texts. */
export interface StatisticsCollector {
  add(row: DatasetRow): void;
  result(): DatasetStatistics;
}

/** Starts collecting statistics. */
export function collectStatistics(options: StatisticsOptions = {}): StatisticsCollector {
  return new Collector(options);
}

class Collector implements StatisticsCollector {
  readonly #options: StatisticsOptions;
  #rows = 0;
  readonly #promptCharacters: Tally = new Tally();
  readonly #promptTokens: Tally = new Tally();
  readonly #completionCharacters: Tally = new Tally();
  readonly #completionTokens: Tally = new Tally();
  readonly #operations: Tally = new Tally();
  readonly #answers: Map<string, number> = new Map();
  #answersKnown = 0;
  readonly #answersByOperations: Map<number, Map<string, number>> = new Map();
  readonly #behaviors: Counts = new Counts();
  readonly #marks: Counts = new Counts();
  readonly #texts: HashSet53 = new HashSet53();
  readonly #prompts: HashSet53 = new HashSet53();
  readonly #structures: HashSet53 = new HashSet53();
  #structuresKnown = 0;
  #sharedPrompts = 0;
  #sharedStructures = 0;

  constructor(options: StatisticsOptions) {
    this.#options = options;
  }

  add(row: DatasetRow): void {
    const { prompt, completion, operations, answer, structureHash, spans } = row;
    const { countTokens, detectBehaviors, against } = this.#options;
    this.#rows++;
    this.#promptCharacters.add(prompt.length);
    if (countTokens !== undefined) this.#promptTokens.add(countTokens(prompt));
    if (completion !== undefined) {
      this.#completionCharacters.add(completion.length);
      if (countTokens !== undefined) this.#completionTokens.add(countTokens(completion));
      this.#behaviors.add(
        (spans ?? []).flatMap(({ behavior, start, end }) => (behavior === undefined ? [] : [{ name: behavior, start, end }])),
      );
      if (detectBehaviors !== undefined)
        this.#marks.add(detectBehaviors(completion).map(({ kind, start, end }) => ({ name: kind, start, end })));
    }
    if (operations !== undefined) this.#operations.add(operations);
    if (answer !== undefined) this.#addAnswer(answer, operations);
    this.#prompts.add(textHash(prompt));
    this.#texts.add(textHash(`${prompt}\u0000${completion ?? ""}`));
    if (against !== undefined) {
      const match = against.match(row);
      if (match.prompt) this.#sharedPrompts++;
      if (match.structure === true) this.#sharedStructures++;
    }
    if (structureHash === undefined) return;
    this.#structuresKnown++;
    this.#structures.add(textHash(structureHash));
  }

  #addAnswer(answer: string, operations: number | undefined): void {
    this.#answersKnown++;
    count(this.#answers, answer);
    if (operations === undefined) return;
    const own = this.#answersByOperations.get(operations) ?? new Map<string, number>();
    this.#answersByOperations.set(operations, own);
    count(own, answer);
  }

  result(): DatasetStatistics {
    const top = [...this.#answers].sort(([one, left], [other, right]) => right - left || (one < other ? -1 : 1));
    const zero = this.#answers.get("0");
    const { against } = this.#options;
    const shares = (pairs: readonly [string, number][]) => pairs.map(([answer, times]) => answerShare(answer, times, this.#answersKnown));
    return {
      rows: this.#rows,
      completions: this.#completionCharacters.total,
      operations: this.#operations.entries().map(([operations, times]) => ({
        operations,
        count: times,
        ...constantOf(this.#answersByOperations.get(operations)),
      })),
      prompt: lengths(this.#promptCharacters, this.#promptTokens),
      completion: lengths(this.#completionCharacters, this.#completionTokens),
      answers: {
        known: this.#answersKnown,
        distinct: this.#answers.size,
        top: shares(top.slice(0, 20)),
        ...(zero === undefined ? {} : { zero: answerShare("0", zero, this.#answersKnown) }),
      },
      behaviors: this.#behaviors.shares(),
      marks: this.#marks.shares() as DatasetStatistics["marks"],
      duplicates: {
        texts: this.#rows - this.#texts.size,
        prompts: this.#rows - this.#prompts.size,
        structures: this.#structuresKnown - this.#structures.size,
        structuresKnown: this.#structuresKnown,
      },
      ...(against === undefined
        ? {}
        : {
            shared: {
              prompts: this.#sharedPrompts,
              structures: this.#sharedStructures,
              structuresKnown: this.#structuresKnown,
              structuresOfOther: against.structures,
            },
          }),
    };
  }
}

class Counts {
  readonly #counts: Map<string, { count: number; rows: number; characters: number }> = new Map();

  add(pieces: readonly { readonly name: string; readonly start: number; readonly end: number }[]): void {
    const seen = new Set<string>();
    for (const { name, start, end } of pieces) {
      const own = this.#counts.get(name) ?? { count: 0, rows: 0, characters: 0 };
      this.#counts.set(name, own);
      own.count++;
      own.characters += end - start;
      if (!seen.has(name)) own.rows++;
      seen.add(name);
    }
  }

  shares(): BehaviorShare[] {
    return [...this.#counts].map(([name, counts]) => ({ name, ...counts })).sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}

function count(counts: Map<string, number>, answer: string): void {
  const before = counts.get(answer);
  if (before !== undefined) counts.set(answer, before + 1);
  else if (counts.size < mostAnswers) counts.set(answer, 1);
}

function answerShare(answer: string, times: number, known: number): AnswerShare {
  const share = times / known;
  return { answer, count: times, share, interval: wilsonInterval(share, known) };
}

function constantOf(answers: ReadonlyMap<string, number> | undefined): { constant?: AnswerShare } {
  if (answers === undefined) return {};
  let known = 0;
  let best: readonly [string, number] = ["", 0];
  for (const pair of answers) {
    known += pair[1];
    if (pair[1] > best[1]) best = pair;
  }
  return { constant: answerShare(best[0], best[1], known) };
}

function lengths(characters: Tally, tokens: Tally): DatasetStatistics["prompt"] {
  return {
    ...(characters.total === 0 ? {} : { characters: describe(characters) }),
    ...(tokens.total === 0 ? {} : { tokens: describe(tokens) }),
  };
}

function describe(tally: Tally): LengthStatistics {
  const [minimum, median, p95, maximum] = tally.quantiles([0, 0.5, 0.95, 1]) as [number, number, number, number];
  const width = Math.max(1, Math.ceil((maximum - minimum + 1) / 40));
  const bins = Array.from({ length: Math.floor((maximum - minimum) / width) + 1 }, (_, index) => ({
    from: minimum + index * width,
    to: minimum + (index + 1) * width - 1,
    count: 0,
  }));
  for (const [value, times] of tally.entries()) (bins[Math.floor((value - minimum) / width)] as { count: number }).count += times;
  return { count: tally.total, mean: tally.sum / tally.total, total: tally.sum, minimum, median, p95, maximum, histogram: bins };
}
