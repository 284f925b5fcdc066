import { mean } from "../../src/internal/vector.js";
import type { Checks } from "./check.js";
import type { InfluenceFixture } from "./fixture.js";

/** For orientation only: the summaries belong to the listed seeds, and influence ranks policies better than their accuracy does. */
export function checkReadiness({ columns, by_steps }: InfluenceFixture["readiness_toy"], checks: Checks): void {
  for (const [steps, given] of Object.entries(by_steps)) {
    for (const [column, name] of columns.entries()) {
      const values = given.per_seed.map((row) => row[column] as number);
      checks.close(
        `${steps} steps, ${name}`,
        [mean(values), Math.min(...values), Math.max(...values)],
        [given.mean[name] ?? null, given.min[name] ?? null, given.max[name] ?? null],
      );
    }
  }
}
