import { groupAdvantages } from "../../src/group-advantages.js";
import { groupCoefficient, signalCoefficient } from "../../src/signal-coefficient.js";
import type { Checks } from "./check.js";
import type { AdvantageCase } from "./fixture.js";

export function checkAdvantages(cases: readonly AdvantageCase[], checks: Checks): void {
  for (const given of cases) {
    const { N, n, alpha, rewards, coef } = given;
    const name = `${n} of ${N}`;
    checks.close(`${name} coefficient`, [signalCoefficient(n / N), groupCoefficient(n, N).value, n / N], [coef, coef, alpha]);
    checks.close(`${name} population`, groupAdvantages(rewards), given.adv_population);
    checks.close(`${name} bessel`, groupAdvantages(rewards, { convention: "bessel", epsilon: 1e-6 }), given.adv_sample_eps1e6);
    checks.close(`${name} dr-grpo`, groupAdvantages(rewards, { convention: "dr-grpo" }), given.adv_drgrpo);
    checks.close(`${name} rloo`, groupAdvantages(rewards, { convention: "rloo" }), given.adv_rloo);
  }
}
