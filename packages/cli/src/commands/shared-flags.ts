import type { ProviderName } from "@bridge-rl/runtime-onnx";
import { gather, numberRange, oneOf, realNumber, wholeNumber } from "../internal/parse-flags.js";
import type { SaveDtype } from "../resolve/open-model.js";

/** Flags that several commands share, so that they read the same everywhere: spread them into `option`. */
export const taskFlag: readonly ["--task <name>", string, string] = [
  "--task <name>",
  "problem source: igsm, promptbench/<task>, or a module that exports `source`",
  "igsm",
];

export const operationsFlag: readonly ["--ops <range>", string, (text: string) => readonly [number, number]] = [
  "--ops <range>",
  "operations of a problem: 7, or 15-20 (the source's default where left out)",
  numberRange,
];

export const seedFlag: readonly ["--seed <number>", string, (text: string) => number, number] = [
  "--seed <number>",
  "decides every random choice",
  wholeNumber(),
  0,
];

export const phrasebookFlag: readonly ["--phrasebook <name>", string] = [
  "--phrasebook <name>",
  "how problems and solutions are worded, such as prose or terse",
];

export const modulusFlag: readonly ["--modulus <number>", string, (text: string) => number] = [
  "--modulus <number>",
  "all arithmetic is modulo this",
  wholeNumber(2),
];

export const setFlag: readonly ["--set <key=value>", string, typeof gather, readonly string[]] = [
  "--set <key=value>",
  "any other option of the source, as JSON; may be repeated",
  gather,
  [],
];

export const trainFlag: readonly ["--train <key=value>", string, typeof gather, readonly string[]] = [
  "--train <key=value>",
  "any field that a pipeline's config has for this training, as JSON; may be repeated",
  gather,
  [],
];

export const outputFlag: readonly ["-o, --output <file>", string, string] = [
  "-o, --output <file>",
  "where the lines go, - for standard output; a file is written aside and renamed",
  "-",
];

export const inputFlag: readonly ["-i, --input <file>", string, string] = [
  "-i, --input <file>",
  "JSON lines to read, - for standard input",
  "-",
];

export const jsonFlag: readonly ["--json", string] = ["--json", "print the result as JSON on standard output"];

export const modelFlag: readonly ["-m, --model <name>", string] = [
  "-m, --model <name>",
  "a folder in Hugging Face layout, a package that carries a model, or hf:owner/name[@revision] of the hub, downloaded once",
];

export const providerFlag: readonly ["--provider <name>", string, (text: string) => ProviderName, ProviderName] = [
  "--provider <name>",
  "where the model runs: cpu, webgpu, cuda, dml, coreml",
  // checked where the model is opened, which this file does not load
  (text) => text as ProviderName,
  "cpu",
];

export const threadsFlag: readonly ["--threads <number>", string, (text: string) => number, number] = [
  "--threads <number>",
  "threads of the model",
  wholeNumber(1),
  1,
];

export const workersFlag: readonly ["--workers <number>", string, (text: string) => number, number] = [
  "--workers <number>",
  "worker threads that share the model's work, each with --threads threads and the model's memory for itself",
  wholeNumber(1),
  1,
];

export const maxTokensFlag: readonly ["--max-tokens <number>", string, (text: string) => number, number] = [
  "--max-tokens <number>",
  "longest completion",
  wholeNumber(1),
  256,
];

export const learningRateFlag: readonly ["--learning-rate <number>", string, (text: string) => number] = [
  "--learning-rate <number>",
  "its peak",
  realNumber(),
];

export const scheduleFlag: readonly ["--schedule <kind>", string, string] = [
  "--schedule <kind>",
  "constant, linear or cosine, the latter two down to 0",
  "constant",
];

export const warmupFlag: readonly ["--warmup <steps>", string, (text: string) => number, number] = [
  "--warmup <steps>",
  "steps in which the rate rises to its peak",
  wholeNumber(),
  0,
];

export const precisionFlag: readonly ["--precision <type>", string, (text: string) => "float32" | "int8"] = [
  "--precision <type>",
  "what completions are drawn in: float32, or int8, faster and only near the model; grpo makes up for it (default: float32)",
  oneOf(["float32", "int8"]),
];

export const saveDtypeFlag: readonly ["--save-dtype <type>", string, (text: string) => SaveDtype, SaveDtype] = [
  "--save-dtype <type>",
  "how the trained weights are stored: float32, bfloat16, float16, or base, each tensor as in the model it began with",
  oneOf(["float32", "bfloat16", "float16", "base"]),
  "float32",
];

export const checkpointEveryFlag: readonly ["--checkpoint-every <steps>", string, (text: string) => number, number] = [
  "--checkpoint-every <steps>",
  "steps between two checkpoints",
  wholeNumber(1),
  50,
];

export const trainedFlag: readonly ["-o, --output <folder>", string] = [
  "-o, --output <folder>",
  "becomes a model folder, with events.jsonl and checkpoints/ in it",
];

export const loraRankFlag: readonly ["--lora-rank <number>", string, (text: string) => number] = [
  "--lora-rank <number>",
  "train adapters (LoRA) of this rank and freeze the rest; they are added to the saved weights, and saved apart in adapter/",
  wholeNumber(1),
];

export const loraAlphaFlag: readonly ["--lora-alpha <number>", string, (text: string) => number] = [
  "--lora-alpha <number>",
  "adapters are scaled by alpha / rank (default: twice the rank)",
  realNumber(),
];

export const loraDropoutFlag: readonly ["--lora-dropout <share>", string, (text: string) => number] = [
  "--lora-dropout <share>",
  "of the adapters' inputs, in training (default: 0)",
  realNumber(),
];

export const loraTargetsFlag: readonly ["--lora-targets <names>", string] = [
  "--lora-targets <names>",
  "projections with an adapter, such as q_proj,v_proj (default: all seven)",
];
