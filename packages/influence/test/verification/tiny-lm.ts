import { behaviorShares } from "../../src/behavior-shares.js";
import { directionalDerivative, largestShift } from "../../src/directional-derivative.js";
import { gramMatrix, normalizeByLength } from "../../src/gram-matrix.js";
import { groupAdvantages } from "../../src/group-advantages.js";
import { dot, sum } from "../../src/internal/vector.js";
import { biasDot, contractPositions, embeddingDot, ghostWeightDot } from "../../src/layer-contractions.js";
import { queryInfluence } from "../../src/query-influence.js";
import { weightedSum } from "../support/log-linear-policy.js";
import {
  flatten,
  gradients,
  type ParameterName,
  type Rounding,
  shifted,
  type TinyTraces,
  tokenLogProbabilities,
  traces,
  unflatten,
} from "../support/tiny-language-model.js";
import type { Checks } from "./check.js";
import type { InfluenceFixture, TinyFixture } from "./fixture.js";

const layerDots: Readonly<Record<ParameterName, (a: TinyTraces, b: TinyTraces) => number>> = {
  E: (a, b) => embeddingDot(a.embedding, b.embedding),
  W1: (a, b) => ghostWeightDot(a.hidden, b.hidden),
  b1: (a, b) => biasDot(a.hidden.outputGradients, b.hidden.outputGradients),
  Wo: (a, b) => ghostWeightDot(a.output, b.output),
  bo: (a, b) => biasDot(a.output.outputGradients, b.output.outputGradients),
};

export function checkTinyLm(given: TinyFixture, checks: Checks): void {
  const { params, param_order: order, sequences, prompt_of, loss_mask } = given;
  const logProbabilities = sequences.map((sequence) => tokenLogProbabilities(params, sequence));
  checks.close("log-probabilities", logProbabilities, given.token_logp);
  const members = (prompt: number): number[] => prompt_of.flatMap((of, i) => (of === prompt ? [i] : []));
  const advantages = [...given.rewards];
  for (const prompt of new Set(prompt_of)) {
    const group = groupAdvantages(members(prompt).map((i) => given.rewards[i] as number));
    for (const [position, i] of members(prompt).entries()) advantages[i] = group[position] as number;
  }
  checks.close("advantages", advantages, given.advantages);

  const flat = sequences.map((sequence, i) => flatten(gradients(params, sequence, loss_mask[i] as number[]), order));
  checks.close("gradients", flat, given.grads_flat);
  checks.close("co-influence from gradients", gramMatrix(flat), given.K);
  const layerTraces = sequences.map((sequence, i) => traces(params, sequence, loss_mask[i] as number[]));
  const layers = order.map((name) => layerTraces.map((a) => layerTraces.map((b) => layerDots[name](a, b))));
  for (const [layer, name] of order.entries())
    checks.close(`co-influence of ${name}`, layers[layer] as number[][], given.K_per_layer[name]);
  const total = sequences.map((_, i) => sequences.map((_, j) => sum(layers.map((matrix) => matrix[i]?.[j] as number))));
  checks.close("co-influence summed over layers", total, given.K);
  const lengths = loss_mask.map((mask) => sum(mask));
  checks.close("length-normalised co-influence", normalizeByLength(total, lengths), given.K_length_normalised);

  const [train, evaluation] = [members(0), members(1)];
  const scaled = (group: readonly number[]): number[] =>
    weightedSum(
      group.map((i) => flat[i] as number[]),
      group.map((i) => (advantages[i] as number) / group.length),
    );
  const direction = scaled(evaluation);
  checks.close("evaluation direction", direction, given.eval_dir);
  const predicted = queryInfluence({
    rewards: train.map((i) => given.rewards[i] as number),
    scores: train.map((i) => dot(direction, flat[i] as number[])),
  });
  checks.close("influence", predicted.influence, given.influence_pred_q0_on_q1);
  for (const { eta, value } of given.actual_over_eta ?? []) {
    const after = shifted(params, scaled(train), eta, order);
    const change = evaluation.map((i) => {
      const moved = tokenLogProbabilities(after, sequences[i] as number[]);
      const difference = sum(moved.map((now, t) => (loss_mask[i]?.[t] as number) * (now - (logProbabilities[i]?.[t] as number))));
      return ((advantages[i] as number) * Math.expm1(difference)) / evaluation.length;
    });
    checks.close(`actual change, η=${eta}`, sum(change) / eta, value, 1e-10 + 1e-14 / eta);
  }
  checkTokenScores(given, direction, layerTraces[0] as TinyTraces, checks);
}

/** The first sequence: scores by token (exact credit) and by position (where weights are used). */
function checkTokenScores(given: TinyFixture, direction: readonly number[], first: TinyTraces, checks: Checks): void {
  const { params, param_order: order, loss_positions: positions } = given;
  const sequence = given.sequences[0] as number[];
  const exact = positions.map((position) => {
    const only = sequence.slice(1).map((_, t) => (t === position ? 1 : 0));
    return dot(direction, flatten(gradients(params, sequence, only), order));
  });
  checks.close("token scores from gradients", exact, given.seq0_loss_token_scores);
  const central = (epsilon: number): Float64Array => {
    const plus = tokenLogProbabilities(shifted(params, direction, epsilon, order), sequence);
    const minus = tokenLogProbabilities(shifted(params, direction, -epsilon, order), sequence);
    return directionalDerivative(plus, minus, epsilon);
  };
  // Two steps leave an error of the fourth order, whatever the size of V.
  const epsilon = 1e-3 / Math.max(1, Math.sqrt(dot(direction, direction)));
  const [wide, narrow] = [central(epsilon), central(epsilon / 2)];
  const forwardOnly = narrow.map((value, t) => (4 * value - (wide[t] as number)) / 3);
  checks.close(
    "token scores from two forward passes",
    positions.map((t) => forwardOnly[t] as number),
    given.seq0_loss_token_scores,
    1e-8,
  );
  const V = unflatten(direction, params, order);
  const hidden = contractPositions(first.hidden, V.W1);
  const output = contractPositions(first.output, V.Wo);
  const used = sequence.slice(0, -1).map((token, t) => {
    const embedding = dot(first.embedding.gradients[t] as number[], V.E[token] as number[]);
    const biases = dot(first.hidden.outputGradients[t] as number[], V.b1) + dot(first.output.outputGradients[t] as number[], V.bo);
    return embedding + (hidden[t] as number) + (output[t] as number) + biases;
  });
  checks.close("position scores", used, given.seq0_position_scores);
  checks.close("total", [sum(exact), sum(used)], [given.seq0_total, given.seq0_total]);
  const marks = Object.entries(given.behaviour_spans ?? {}).flatMap(([behavior, tokens]) =>
    tokens.map((token) => ({ behavior, start: token, end: token + 1 })),
  );
  const shares = new Map(behaviorShares(exact, marks).map(({ behavior, score }) => [behavior, score]));
  for (const [behavior, expected] of Object.entries(given.behaviour_scores ?? {})) {
    // A behaviour without tokens has no share.
    checks.close(`behaviour ${behavior}`, shares.get(behavior) ?? 0, expected);
  }
}

/**
 * The token scores of the first sequence again, with every operation rounded to float32.
 *
 * Truncation is a property of ε and the same for everybody: float64 gives it alone. What is left is rounding, whose size float32 bounds.
 */
export function checkForwardOnlyFloat32(fixture: InfluenceFixture, checks: Checks): void {
  const {
    params,
    param_order: order,
    eval_dir: direction,
    sequences,
    loss_positions: positions,
    seq0_loss_token_scores: exact,
  } = fixture.tiny_lm;
  const sequence = sequences[0] as number[];
  const pass = (scale: number, round?: Rounding): number[] => {
    const all = tokenLogProbabilities(shifted(params, direction, scale, order, round), sequence, round);
    return positions.map((position) => all[position] as number);
  };
  const largestScore = Math.max(...exact.map(Math.abs));
  const largestLogProbability = Math.max(1, ...pass(0).map(Math.abs));
  for (const { eps, max_abs_dlogp, max_rel_err } of fixture.forward_only_fp32) {
    const errorOf = (round?: Rounding): { error: number; shift: number } => {
      const [plus, minus] = [pass(eps, round), pass(-eps, round)];
      const scores = directionalDerivative(plus, minus, eps);
      const error = Math.max(...exact.map((score, t) => Math.abs(score - (scores[t] as number)))) / largestScore;
      return { error, shift: largestShift(plus, minus) };
    };
    const [single, double] = [errorOf(Math.fround), errorOf()];
    const rounding = 64 * 2 ** -24 * largestLogProbability;
    checks.close(`largest shift, ε=${eps}`, single.shift, max_abs_dlogp, rounding);
    const room = rounding / (2 * eps * largestScore) + 0.01 * double.error;
    for (const [name, error] of [
      ["reference", max_rel_err],
      ["ours", single.error],
    ] as const) {
      const distance = Math.abs(error - double.error);
      checks.holds(`relative error, ε=${eps}, ${name}`, distance <= room, `${error}, truncation ${double.error}, rounding up to ${room}`);
    }
  }
}
