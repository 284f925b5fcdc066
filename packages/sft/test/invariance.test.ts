import type { LocalPolicy } from "@bridge-rl/models";
import { createRandom } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import { encodeSupervised, supervisedLoss } from "../src/index.js";
import { demonstrations, tinyPolicy, tokenizer } from "./tiny-policy.js";

const labelNames = ["plain", "@test/restate"];
const encoded = demonstrations.map((one) => encodeSupervised(tokenizer, one, { behaviorWeights: { "@test/restate": 0.3 } }));

async function pass(policy: LocalPolicy, order: readonly number[]): Promise<{ loss: number; gradient: number[] }> {
  const rows = order.map((index) => encoded[index] as (typeof encoded)[number]);
  const loss = supervisedLoss({
    weights: rows.map(({ weights }) => weights),
    labels: rows.map(({ labels }) => Int32Array.from(labels, (label) => labelNames.indexOf(label))),
    labelNames,
  });
  const { loss: value } = await policy.forwardBackward(
    rows.map(({ row }) => row),
    loss,
  );
  const gradient = [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
  return { loss: value, gradient };
}

test("loss and gradient are the same to 1e-6 for any size of runs, hence any padding, and any order", async () => {
  const order = encoded.map((_, index) => index);
  const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));
  const whole = await pass(tinyPolicy(1, 4096), order);
  const shuffled = createRandom(1, "order").shuffle(order);
  for (const other of [
    await pass(tinyPolicy(1, 1), order),
    await pass(tinyPolicy(1, 40), order),
    await pass(tinyPolicy(1, 40), shuffled),
  ]) {
    expect(Math.abs(other.loss - whole.loss)).toBeLessThan(1e-6);
    expect(norm(other.gradient.map((value, index) => value - (whole.gradient[index] as number))) / norm(whole.gradient)).toBeLessThan(1e-6);
  }
});
