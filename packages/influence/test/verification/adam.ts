import { type AdamState, adamUpdate, frozenAdamUpdate, lessAdamUpdate } from "../../src/adam-update.js";
import { dot } from "../../src/internal/vector.js";
import { moved, objective } from "../support/log-linear-policy.js";
import type { Checks } from "./check.js";
import type { AdamFixture } from "./fixture.js";
import type { LinearState } from "./linear.js";

export function checkAdam(given: AdamFixture, state: LinearState, checks: Checks): void {
  const { policy, theta, evaluation, direction, gradients } = state;
  const adam: AdamState = {
    firstMoment: given.m0,
    secondMoment: given.v0,
    step: given.t,
    beta1: given.beta1,
    beta2: given.beta2,
    epsilon: given.eps,
  };
  const surrogate = (step: ArrayLike<number>, rate: number): number =>
    objective(policy, moved(theta, step, rate), theta, evaluation).surrogate;
  for (const expected of given.per_query) {
    const gradient = gradients[expected.q] as number[];
    const update = adamUpdate(gradient, adam);
    const idle = adamUpdate(
      gradient.map(() => 0),
      adam,
    );
    const frozen = frozenAdamUpdate(gradient, adam);
    const name = `Adam, query ${expected.q}`;
    checks.close(`${name} update`, update, expected.update);
    checks.close(`${name} update without gradient`, idle, expected.update_zero_grad);
    checks.close(`${name} frozen update`, frozen, expected.frozen_linear);
    checks.close(`${name} influence`, dot(direction, update) - dot(direction, idle), expected.influence_exact_first_order);
    checks.close(`${name} frozen influence`, dot(direction, frozen), expected.influence_frozen);
    checks.close(`${name} influence as LESS has it`, dot(direction, lessAdamUpdate(gradient, adam)), expected.influence_less_code);
    const actual = (surrogate(update, expected.eta) - surrogate(idle, expected.eta)) / expected.eta;
    checks.close(`${name} actual change`, actual, expected.actual_minus_null, 1e-10 + 3e-14 / expected.eta);
  }
}
