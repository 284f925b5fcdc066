import { expectedSignal, zeroSignalProbability } from "../../src/expected-signal.js";
import { signalCoefficient } from "../../src/signal-coefficient.js";
import type { Checks } from "./check.js";
import type { InfluenceFixture } from "./fixture.js";

export function checkFiniteGroup({ table }: InfluenceFixture["finite_group"], checks: Checks): void {
  for (const [size, rows] of Object.entries(table)) {
    const N = Number(size);
    for (const { p, w, s, shrink, p_zero_signal } of rows) {
      const signal = expectedSignal(N, p);
      const coefficient = signalCoefficient(p);
      const ratio = coefficient === 0 ? 0 : signal / coefficient;
      checks.close(`N=${size}, p=${p}`, [signal, coefficient, ratio, zeroSignalProbability(N, p)], [w, s, shrink, p_zero_signal]);
    }
  }
}
