import type { ReasoningGraph } from "@bridge-rl/spec";
import { isSymbolic, numberOf } from "./check-chain.js";
import { evaluateTokens } from "./evaluate-tokens.js";
import { sampleExpression, sampleOf } from "./ledger.js";
import type { Statement, Statements } from "./statement.js";

type Derivation = Extract<Statement, { kind: "derive" }>;

/** Tries before the best naming so far is taken. Problems leave few choices: quantities that are computed alike. */
const mostTries = 2000;

/**
 * Finds out which quantities the steps of a solution without names compute (`Define L; so L = 19`, the original's detail level 1): those
 * of the same formula, chosen so that as many steps as possible have a quantity and the last one answers the question.
 */
export function nameSteps(solution: Statements, graph: ReasoningGraph): Statements {
  const steps = solution.statements.filter((statement): statement is Derivation => statement.kind === "derive");
  if (solution.dialect !== "original" || steps.length === 0 || steps.some(({ name }) => name !== undefined)) return solution;
  const nodes = new Naming(steps, graph).find();
  const named = new Map(steps.map((step, index) => [step as Statement, nodes[index]]));
  const statements = solution.statements.map((statement): Statement => {
    const node = named.get(statement);
    const text = node === undefined ? undefined : graph.nodes[node]?.name.replace(/^each /, "");
    return text === undefined ? statement : { ...statement, name: { text, start: statement.start, end: statement.start } };
  });
  return { ...solution, statements };
}

class Naming {
  readonly #steps: readonly Derivation[];
  readonly #graph: ReasoningGraph;
  readonly #samples: readonly number[];
  readonly #chosen: (number | undefined)[] = [];
  #best: (number | undefined)[] = [];
  #bestScore = -1;
  #tries = 0;

  constructor(steps: readonly Derivation[], graph: ReasoningGraph) {
    this.#steps = steps;
    this.#graph = graph;
    this.#samples = graph.nodes.map(({ expression }) => sampleExpression(expression));
  }

  /** By step: its node, or undefined where none fits. */
  find(): readonly (number | undefined)[] {
    this.#extend(0, new Map());
    return this.#best;
  }

  /** Returns whether everything has been named as it should be. */
  #extend(index: number, symbols: ReadonlyMap<string, number>): boolean {
    const step = this.#steps[index];
    if (step === undefined || this.#tries++ > mostTries) return this.#finish();
    const known = new Map(symbols);
    const candidates = this.#candidates(step, known);
    for (const node of candidates.length === 0 ? [undefined] : candidates) {
      this.#chosen[index] = node;
      const symbol = step.equations.at(-1)?.target.text;
      if (symbol !== undefined && node !== undefined) known.set(symbol, sampleOf(node));
      if (this.#extend(index + 1, known)) return true;
    }
    return false;
  }

  #finish(): boolean {
    const chosen = this.#chosen.slice(0, this.#steps.length);
    const answers = chosen.at(-1) === this.#graph.target;
    const score = 2 * chosen.filter((node) => node !== undefined).length + (answers ? 1 : 0);
    if (score > this.#bestScore) {
      this.#bestScore = score;
      this.#best = chosen;
    }
    return score === 2 * this.#steps.length + 1 || this.#tries > mostTries;
  }

  #candidates(step: Derivation, symbols: Map<string, number>): number[] {
    const used = new Set(this.#chosen.slice(0, this.#steps.indexOf(step)));
    const lookUp = (symbol: string) => symbols.get(symbol);
    let sample: number | undefined;
    for (const { target, members } of step.equations) {
      const formula = members.find(isSymbolic) ?? members[0];
      sample = formula?.tokens && evaluateTokens(formula.tokens, lookUp, undefined);
      if (sample !== undefined) symbols.set(target.text, sample);
    }
    const { members = [] } = step.equations.at(-1) ?? {};
    const last = members.at(-1);
    const result = members.some(isSymbolic) ? undefined : last && numberOf(last);
    const fitting = this.#graph.nodes.filter(({ id, value, dependencies }) => {
      if (used.has(id)) return false;
      return this.#samples[id] === sample || (value === result && dependencies.every((node) => used.has(node)));
    });
    return fitting.sort((left, right) => Number(right.necessary) - Number(left.necessary)).map(({ id }) => id);
  }
}
