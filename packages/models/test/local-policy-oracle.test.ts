import type { Loss, LossRow } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { LocalPolicy } from "../src/local-policy.js";
import { type Oracle, type OracleFile, readOracle } from "./support/oracle.js";

/** −mean log p over all completion tokens of the batch. */
function supervisedLoss({ masks }: Oracle): Loss {
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

function weighted(rows: readonly LossRow[], weights: readonly number[][]): number {
  return rows.reduce(
    (total, { logProbabilities }, row) =>
      total + logProbabilities.reduce((sum, value, token) => sum + value * (weights[row]?.[token] ?? 0), 0),
    0,
  );
}

/** Clipped surrogate with k3 KL, as the fixtures' README writes it. */
function groupLoss({ masks }: Oracle, setting: OracleFile["grpo"]["token_mean"]): Loss {
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

function expectGradient(policy: LocalPolicy, file: OracleFile, expected: OracleFile["sft"]["grads"], globalNorm: number): void {
  let squares = 0;
  for (const [name, { l2, values }] of Object.entries(expected)) {
    const data = policy.gradient.get(name)?.data as Float32Array;
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const norm = Math.sqrt(data.reduce((total, value) => total + value * value, 0));
    squares += norm * norm;
    expect(Math.abs(norm - l2), name).toBeLessThan(1e-4 * l2);
    for (const [probe, index] of (file.probe_indices[name] ?? []).entries()) {
      expect(Math.abs((data[index] ?? Number.NaN) - (values[probe] ?? Number.NaN)), `${name}[${index}]`).toBeLessThan(1e-4 * largest);
    }
  }
  expect(Object.keys(expected)).toHaveLength(policy.gradient.size);
  expect(Math.sqrt(squares)).toBeCloseTo(globalNorm, 3);
}

describe.each(["qwen2-tiny", "llama-tiny"] as const)("LocalPolicy against the float64 oracle of %s", (name) => {
  const oracle = readOracle(name);
  const { config, weights, file, rows } = oracle;

  test("log-probabilities at both temperatures, and entropies", async () => {
    const policy = new LocalPolicy(config, weights);
    for (const { sequence, temperature, f64 } of file.forward.token_logps) {
      const ids = Int32Array.from(file.sequences[sequence]?.input_ids ?? []);
      const batch = [{ promptIds: ids.slice(0, 1), completionIds: ids.slice(1) }];
      const [row] = await policy.logProbabilities(batch, { temperature, entropies: true });
      expect(row?.logProbabilities).toHaveLength(f64.length);
      f64.forEach((value, index) => {
        expect(Math.abs((row?.logProbabilities[index] ?? 0) - value)).toBeLessThan(3e-5);
      });
      if (temperature === 1) {
        file.forward.token_entropy[sequence]?.f64.forEach((value, index) => {
          expect(Math.abs((row?.entropies?.[index] ?? 0) - value)).toBeLessThan(3e-5);
        });
      }
    }
    await policy.dispose();
  });

  test("700 tokens", async () => {
    const policy = new LocalPolicy(config, weights);
    const { input_ids: ids, tail, token_logps_tail_f64: expected } = file.forward.long;
    const batch = [{ promptIds: Int32Array.from(ids.slice(0, -tail)), completionIds: Int32Array.from(ids.slice(-tail)) }];
    const [row] = await policy.logProbabilities(batch);
    expected.forEach((value, index) => {
      expect(Math.abs((row?.logProbabilities[index] ?? 0) - value)).toBeLessThan(3e-4);
    });
    await policy.dispose();
  });

  test("loss and gradient of SFT", async () => {
    const policy = new LocalPolicy(config, weights);
    const { loss } = await policy.forwardBackward(rows, supervisedLoss(oracle));
    expect(loss).toBeCloseTo(file.sft.loss, 5);
    expectGradient(policy, file, file.sft.grads, file.sft.grad_global_l2);
    await policy.dispose();
  });

  test.each(["token_mean", "sequence_mean", "token_mean_t07"] as const)("loss and gradient of GRPO, %s", async (setting) => {
    const policy = new LocalPolicy(config, weights);
    const expected = file.grpo[setting];
    const { loss } = await policy.forwardBackward(rows, groupLoss(oracle, expected), { temperature: expected.temperature });
    expect(loss).toBeCloseTo(expected.loss, 5);
    expectGradient(policy, file, expected.grads, expected.grad_global_l2);
    await policy.dispose();
  });

  test.each(["adamw", "adamw_alt"] as const)("three steps of %s", async (trace) => {
    const policy = new LocalPolicy(config, weights);
    const { hyperparameters: setting, losses, grad_norms_before_clip: norms, params } = file[trace];
    for (const [step, norm] of norms.entries()) {
      const { loss } = await policy.forwardBackward(rows, supervisedLoss(oracle));
      expect(loss).toBeCloseTo(losses[step] ?? 0, 4);
      const { gradientNorm } = await policy.optimizerStep({
        learningRate: setting.lr,
        beta1: setting.beta1,
        beta2: setting.beta2,
        epsilon: setting.eps,
        weightDecay: setting.weight_decay,
        maxGradientNorm: setting.max_grad_norm,
      });
      expect(gradientNorm).toBeCloseTo(norm, 3);
    }
    expect(policy.version).toBe(norms.length);
    for (const [tensor, { values, delta_l2: distance }] of Object.entries(params)) {
      const data = policy.weights.tensors.get(tensor)?.data as Float32Array;
      const moved = Math.sqrt(data.reduce((total, value, index) => total + (value - (weights.get(tensor)?.[index] ?? 0)) ** 2, 0));
      expect(Math.abs(moved - distance), tensor).toBeLessThan(1e-3 * distance);
      values.forEach((value, probe) => {
        expect(Math.abs((data[file.probe_indices[tensor]?.[probe] ?? -1] ?? 0) - value), tensor).toBeLessThan(1e-5);
      });
    }
    await policy.dispose();
  });
});
