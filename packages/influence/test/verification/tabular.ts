import { expectedSignal } from "../../src/expected-signal.js";
import { groupAdvantages } from "../../src/group-advantages.js";
import { tabularAccuracy, tabularCoInfluence, tabularPopulationGradient, tabularSelfInfluence } from "../../src/tabular-influence.js";
import { type LogLinearPolicy, probabilities, scores } from "../support/log-linear-policy.js";
import type { Checks } from "./check.js";
import type { TabularFixture } from "./fixture.js";

export function checkTabular(given: TabularFixture, checks: Checks): void {
  const { logits, correct } = given;
  const policy = tablePolicy(logits, correct);
  const theta = logits.flat();
  const pi = probabilities(policy, theta);
  const queries = pi.map((row, q) => ({ probabilities: row, correct: correct[q] as number[] }));
  checks.close("probabilities", pi, given.pi);
  checks.close("accuracy", queries.map(tabularAccuracy), given.p);
  checks.close(
    "co-influence",
    queries.flatMap(
      (query, q) =>
        pi[q]?.map((_, o) => queries.flatMap((_, r) => pi[r]?.map((_, u) => (q === r ? tabularCoInfluence(query, o, u) : 0)) ?? [])) ?? [],
    ),
    given.K,
  );
  checks.close(
    "population gradient",
    queries.map((query, q) =>
      queries.flatMap((other, r) => (q === r ? tabularPopulationGradient(query) : other.probabilities.map(() => 0))),
    ),
    given.population_grpo_grad,
  );
  checks.close("self-influence", queries.map(tabularSelfInfluence), given.self_influence);
  const { N_enum: size, q_enum: query } = given;
  checks.close("expected signal", expectedSignal(size, given.p[query] as number), given.wN);
  const scoresOfQuery = scores(policy, theta)[query] as number[][];
  checks.close(
    "expected group gradient",
    expectedGroupGradient(scoresOfQuery, pi[query] as number[], correct[query] as number[], size),
    given.expected_group_grad,
  );
}

/** One parameter per query and outcome. */
function tablePolicy(logits: readonly (readonly number[])[], correct: readonly (readonly number[])[]): LogLinearPolicy {
  const size = logits.flat().length;
  let next = 0;
  const features = logits.map((row) =>
    row.map(() => {
      const own = next++;
      return Array.from({ length: size }, (_, j) => (j === own ? 1 : 0));
    }),
  );
  return { features, correct };
}

/** E[(1/N) Σ A_i score_i] by going through every group that can be drawn. */
function expectedGroupGradient(
  outcomeScores: readonly (readonly number[])[],
  pi: readonly number[],
  correct: readonly number[],
  size: number,
): number[] {
  const total = new Array<number>(outcomeScores[0]?.length ?? 0).fill(0);
  for (let code = 0; code < pi.length ** size; code++) {
    const group = Array.from({ length: size }, (_, i) => Math.floor(code / pi.length ** i) % pi.length);
    const chance = group.reduce((product, outcome) => product * (pi[outcome] as number), 1);
    const advantages = groupAdvantages(group.map((outcome) => correct[outcome] as number));
    for (const [i, outcome] of group.entries()) {
      const weight = (chance * (advantages[i] as number)) / size;
      for (const [j, value] of (outcomeScores[outcome] as number[]).entries()) total[j] = (total[j] as number) + weight * value;
    }
  }
  return total;
}
