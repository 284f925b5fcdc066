import type { Loss, LossRow } from "@bridge-rl/spec";

/** What the fixtures say about one GRPO loss. */
export interface GroupLossSetting {
  readonly reduction: string;
  readonly eps: number;
  readonly beta: number;
  readonly advantages: readonly number[];
  readonly old_logp: readonly (readonly number[])[];
  readonly ref_logp: readonly (readonly number[])[];
}

/** −mean log p over all completion tokens of the batch. */
export function supervisedLoss(masks: readonly (readonly number[])[]): Loss {
  const count = masks.flat().reduce((total, each) => total + each, 0);
  return {
    derivative: "constant",
    evaluate: (rows) => ({
      loss: -weighted(rows, masks) / count,
      gradients: masks.map((mask) => Float32Array.from(mask, (each) => -each / count)),
      metrics: {},
    }),
  };
}

function weighted(rows: readonly LossRow[], weights: readonly (readonly number[])[]): number {
  return rows.reduce(
    (total, { logProbabilities }, row) =>
      total + logProbabilities.reduce((sum, value, token) => sum + value * (weights[row]?.[token] ?? 0), 0),
    0,
  );
}

/** Clipped surrogate with k3 KL, as the fixtures' README writes it. */
export function groupLoss(masks: readonly (readonly number[])[], setting: GroupLossSetting): Loss {
  const count = masks.flat().reduce((total, each) => total + each, 0);
  return {
    derivative: "dependent",
    evaluate(rows) {
      let loss = 0;
      const gradients = rows.map(({ logProbabilities }, row) => {
        const mask = masks[row] ?? [];
        const length = mask.reduce((total, each) => total + each, 0);
        const weight = setting.reduction === "token_mean" ? 1 / count : 1 / (length * rows.length);
        const advantage = setting.advantages[row] ?? 0;
        let position = 0;
        return Float32Array.from(mask, (each, token) => {
          if (each === 0) return 0;
          const value = logProbabilities[token] ?? 0;
          const old = setting.old_logp[row]?.[position] ?? 0;
          const reference = setting.ref_logp[row]?.[position] ?? 0;
          position++;
          const ratio = Math.exp(value - old);
          const clipped = Math.min(Math.max(ratio, 1 - setting.eps), 1 + setting.eps);
          const ahead = Math.exp(reference - value);
          loss += weight * (-Math.min(ratio * advantage, clipped * advantage) + setting.beta * (ahead - (reference - value) - 1));
          const surrogate = ratio * advantage <= clipped * advantage ? -ratio * advantage : 0;
          return weight * (surrogate + setting.beta * (1 - ahead));
        });
      });
      return { loss, gradients, metrics: {} };
    },
  };
}
