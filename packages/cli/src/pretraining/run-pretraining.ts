import { cp, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  createTokenizer,
  type DecoderConfig,
  type FileTokenizer,
  initializeDecoder,
  LocalPolicy,
  LocalSampler,
  loadModelFolder,
  saveModelFolder,
  trainTokenizer,
} from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { pretrain } from "@bridge-rl/sft";
import { BridgeError, type Progress } from "@bridge-rl/spec";
import { type Accuracy, createCheckpointStore, createJsonlTracker, defined, evaluatePolicy } from "@bridge-rl/training";
import { readJsonIfThere } from "../internal/read-json.js";
import { writeJson } from "../internal/write-aside.js";
import { resolveModelDirectory } from "../resolve/resolve-model.js";
import { defaultReward } from "../stages/default-reward.js";
import { type Curriculum, createCurriculum } from "./curriculum.js";
import { exchangeTokenizer, type Start } from "./exchange-tokenizer.js";
import { type PretrainConfig, type PretrainModel, type PretrainTokenizer, parsePretrainConfig } from "./pretrain-config.js";

export interface RunPretrainingOptions {
  /** Becomes a model folder, with the config, `events.jsonl` and `accuracy.json` beside the weights. */
  readonly output: string;
  readonly threads: number;
  readonly storage: "float32" | "bfloat16";
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** How a base model does on problems of one operation count or level that it was not trained on. */
export interface LevelAccuracy {
  readonly operations?: number;
  /** Its name in the config; absent for operation counts. */
  readonly level?: string;
  readonly greedy: Accuracy;
  /** At temperature 1. */
  readonly sampled: Accuracy;
}

/**
 * Trains a base model from scratch or from another one, or goes on where an earlier call stopped, and writes it in Hugging Face layout.
 *
 * @throws BridgeError `invalid-option` for the config, `run-conflict` for an output of another config, `cancelled` after the signal
 */
export async function runPretraining(file: string, options: RunPretrainingOptions): Promise<{ accuracy: LevelAccuracy[] }> {
  const { output, threads, storage, progress, signal } = options;
  const raw = await readJsonIfThere(file);
  if (raw === undefined) throw new BridgeError("missing-file", `${file} does not exist; pass the path of a pretraining config`);
  const config = parsePretrainConfig(raw, file);
  const { evaluation } = config;
  const curriculum = await createCurriculum(config, dirname(resolve(file)));
  const { decoder, weights: initial, tokenizer } = await startOf(config, curriculum, dirname(resolve(file)));
  const runtime = createOnnxRuntime({ threads });
  const policy = new LocalPolicy(decoder, initial, {
    runtime,
    createSampler: (weights) => new LocalSampler(weights, { tokenizer, runtime }),
  });
  const { phrasebook } = curriculum.source;
  const reward = defaultReward(curriculum.source);
  const levels = (evaluation.operations ?? evaluation.levels ?? []).map(String);
  const measure = (level: string, count: number, temperature: number) =>
    evaluatePolicy({
      sampler: policy.sampler,
      tokenizer,
      phrasebook,
      problems: curriculum.heldOut(level, count),
      reward,
      seed: config.seed,
      sampling: { temperature, maxTokens: decoder.maximumLength / 2, stop: phrasebook.stop, ...defined({ signal }) },
    });

  // The store's lock comes first: opening the events cuts off what another process is writing.
  const store = createCheckpointStore(join(output, "checkpoints"));
  const tracker = createJsonlTracker(join(output, "events.jsonl"));
  try {
    await pretrain({
      ...trainingOptions(config),
      policy,
      tokenizer,
      examples: (step) => curriculum.batch(step),
      tracker,
      checkpoints: { store, every: config.checkpointEvery },
      evaluation: {
        every: evaluation.every,
        async evaluate() {
          const metrics: Record<string, number> = {};
          for (const level of levels) {
            metrics[`accuracy/${level}`] = (await measure(level, evaluation.problems, 0)).accuracy;
          }
          return metrics;
        },
      },
      ...defined({ progress, signal }),
    });
    const accuracy: LevelAccuracy[] = [];
    for (const level of levels) {
      const greedy = await measure(level, evaluation.finalProblems, 0);
      const sampled = await measure(level, evaluation.finalProblems, 1);
      const name = evaluation.operations === undefined ? { level } : { operations: Number(level) };
      accuracy.push({ ...name, greedy: brief(greedy), sampled: brief(sampled) });
    }
    // From a folder of its own, so that no half of a model ever stands in the output.
    const aside = join(output, ".model");
    await saveModelFolder(aside, { config: decoder, weights: weightsOf(policy), tokenizer }, { storage });
    await cp(aside, output, { recursive: true });
    await rm(aside, { recursive: true });
    await writeJson(join(output, "accuracy.json"), accuracy);
    await writeJson(join(output, "pretrain.json"), raw);
    return { accuracy };
  } finally {
    await tracker.close();
    store.close();
    await policy.dispose();
  }
}

function trainingOptions(config: PretrainConfig) {
  const { seed, baseModel, task, problems, levels, curriculum, mixture, batchSize, steps } = config;
  const { beta1, beta2, weightDecay, maxGradientNorm, logEvery, learningRate } = config;
  // A run of iGSM that began before there were other tasks is to go on.
  const own = task === "igsm" && levels === undefined ? {} : { task, ...defined({ levels }) };
  const examplesSettings = { seed, ...defined({ baseModel }), ...own, problems, curriculum, mixture, batchSize };
  return { steps, learningRate, beta1, beta2, weightDecay, maxGradientNorm, logEvery, examplesSettings };
}

function weightsOf(policy: LocalPolicy): Map<string, Float32Array> {
  return new Map([...policy.weights.tensors].map(([name, { data }]) => [name, data as Float32Array]));
}

function brief({ accuracy, interval, n }: Accuracy): Accuracy {
  return { accuracy, interval, n };
}

/** What training begins with: another model's weights, with its tokenizer or a new one, or random weights. */
async function startOf(config: PretrainConfig, curriculum: Curriculum, directory: string): Promise<Start & { tokenizer: FileTokenizer }> {
  const { baseModel, model, seed } = config;
  const trained = config.tokenizer && trainedTokenizer(config.tokenizer, curriculum);
  if (baseModel === undefined) {
    if (model === undefined || trained === undefined) throw new BridgeError("internal", "a checked config has nothing to begin with");
    const decoder = decoderConfig(model, trained.vocabularySize);
    return { decoder, weights: initializeDecoder(decoder, seed), tokenizer: trained };
  }
  const folder = await resolveModelDirectory(baseModel, directory);
  const base = await loadModelFolder(folder);
  if (base.tokenizer === undefined) throw new BridgeError("missing-file", `${folder} has no tokenizer.json to go on with`);
  if (trained === undefined) return { decoder: base.config, weights: base.weights, tokenizer: base.tokenizer };
  return { ...exchangeTokenizer(base, base.tokenizer, trained, seed), tokenizer: trained };
}

function trainedTokenizer({ texts, ...options }: PretrainTokenizer, curriculum: Curriculum): FileTokenizer {
  return createTokenizer(trainTokenizer({ ...options, texts: learnedTexts(curriculum, texts) }));
}

function* learnedTexts(curriculum: Curriculum, count: number): Iterable<string> {
  for (const { prompt, completion } of curriculum.samples(count)) yield prompt + completion;
}

function decoderConfig(model: PretrainModel, vocabularySize: number): DecoderConfig {
  const { heads, keyValueHeads = heads, hiddenSize, headDimension = hiddenSize / heads } = model;
  return {
    ...model,
    architecture: "qwen3",
    vocabularySize,
    keyValueHeads,
    headDimension,
    normEpsilon: 1e-6,
    queryKeyNorm: true,
    attentionBias: false,
    tieEmbeddings: true,
  };
}
