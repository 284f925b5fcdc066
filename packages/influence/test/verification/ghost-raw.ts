import { dot } from "../../src/internal/vector.js";
import { biasDot, contractPositions, embeddingDot, ghostWeightDot } from "../../src/layer-contractions.js";
import type { Checks } from "./check.js";
import type { InfluenceFixture } from "./fixture.js";

export function checkGhostRaw(given: InfluenceFixture["ghost_raw"], checks: Checks): void {
  const { a, g, a2, g2, tokens, tokens2 } = given;
  const first = { inputs: a, outputGradients: g };
  const second = { inputs: a2, outputGradients: g2 };
  checks.close("weight", ghostWeightDot(first, second), given.weight_dot);
  checks.close("bias", biasDot(g, g2), given.bias_dot);
  checks.close("embedding", embeddingDot({ tokens, gradients: g }, { tokens: tokens2, gradients: g2 }), given.embedding_dot);
  const formed = (inputs: number[][], gradients: number[][]): number[][] =>
    (gradients[0] as number[]).map((_, i) =>
      (inputs[0] as number[]).map((_, j) =>
        inputs.reduce((total, row, t) => total + (row[j] as number) * (gradients[t]?.[i] as number), 0),
      ),
    );
  checks.close("weight, formed", dot(formed(a, g).flat(), formed(a2, g2).flat()), given.weight_dot);
  const contracted = contractPositions(first, formed(a2, g2)).reduce((total, value) => total + value, 0);
  checks.close("weight, contracted", contracted, given.weight_dot);
}
