import { readFileSync } from "node:fs";
import type { TrainingRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../src/decoder-config.js";
import { decodeSafetensors } from "../../src/safetensors.js";

interface Probes {
  readonly l2: number;
  readonly values: number[];
}

/** The parts of the fixtures' `oracle.json` that these tests read; see test/fixtures/README.md. */
interface OracleFile {
  readonly parameter_count: number;
  readonly rope: { inv_freq: number[] };
  readonly sequences: { input_ids: number[]; prompt_len: number; completion_mask: number[] }[];
  readonly forward: {
    logits: { sequence: number; position: number; f64: number[] }[];
    token_logps: { sequence: number; temperature: number; f64: number[] }[];
    token_entropy: { sequence: number; temperature: number; f64: number[] }[];
    long: { input_ids: number[]; tail: number; token_logps_tail_f64: number[] };
  };
  readonly probe_indices: Record<string, number[]>;
  readonly sft: { loss: number; completion_tokens: number; grad_global_l2: number; grads: Record<string, Probes> };
  readonly grpo: Record<
    "token_mean" | "sequence_mean" | "token_mean_t07",
    {
      temperature: number;
      reduction: string;
      eps: number;
      beta: number;
      advantages: number[];
      old_logp: number[][];
      ref_logp: number[][];
      loss: number;
      grad_global_l2: number;
      grads: Record<string, Probes>;
    }
  >;
  readonly greedy: { sequence: number; tokens: number[]; logps: number[] }[];
  readonly adamw: AdamWTrace;
  readonly adamw_alt: AdamWTrace;
}

interface AdamWTrace {
  hyperparameters: { lr: number; beta1: number; beta2: number; eps: number; weight_decay: number; max_grad_norm: number };
  losses: number[];
  grad_norms_before_clip: number[];
  params: Record<string, { delta_l2: number; values: number[] }>;
}

export interface Oracle {
  readonly config: DecoderConfig;
  readonly weights: Map<string, Float32Array>;
  readonly file: OracleFile;
  /** One row per sequence: the prompt, and everything after it. */
  readonly rows: TrainingRow[];
  /** 0 or 1 per completion token. */
  readonly masks: number[][];
}

/** The configs by hand, so that these tests do not hang on the reader of config.json. */
const configs: Record<string, DecoderConfig> = {
  "qwen2-tiny": {
    architecture: "qwen2",
    ...{ vocabularySize: 320, hiddenSize: 64, layers: 3, heads: 4, keyValueHeads: 2, headDimension: 16, intermediateSize: 176 },
    ...{ ropeTheta: 1e6, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: true, tieEmbeddings: true, maximumLength: 32768 },
  },
  "llama-tiny": {
    architecture: "llama",
    ...{ vocabularySize: 320, hiddenSize: 64, layers: 3, heads: 4, keyValueHeads: 2, headDimension: 16, intermediateSize: 176 },
    ...{ ropeTheta: 5e5, normEpsilon: 1e-5, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true, maximumLength: 131072 },
    ropeScaling: { kind: "llama3", factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaximumLength: 8192 },
  },
};

export function readOracle(name: "qwen2-tiny" | "llama-tiny"): Oracle {
  const folder = new URL(`../fixtures/${name}/`, import.meta.url);
  const file = JSON.parse(readFileSync(new URL("oracle.json", folder), "utf8")) as OracleFile;
  const { tensors } = decodeSafetensors(readFileSync(new URL("model.safetensors", folder)));
  const rows = file.sequences.map(({ input_ids: ids, prompt_len: length }) => ({
    promptIds: Int32Array.from(ids.slice(0, length)),
    completionIds: Int32Array.from(ids.slice(length)),
  }));
  return {
    config: configs[name] as DecoderConfig,
    weights: new Map([...tensors].map(([key, { data }]) => [key, data as Float32Array])),
    file,
    rows,
    masks: file.sequences.map(({ completion_mask: mask, prompt_len: length }) => mask.slice(length)),
  };
}
