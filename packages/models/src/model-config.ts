import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig, Llama3RopeScaling } from "./decoder-config.js";
import { isRecord } from "./internal/read-json.js";

const classNames: Readonly<Record<DecoderConfig["architecture"], string>> = {
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
  llama: "LlamaForCausalLM",
};

/** Fields that switch on arithmetic that a decoder here doesn't have, with the only value that is understood. */
const requiredValues: Readonly<Record<string, unknown>> = {
  hidden_act: "silu",
  use_sliding_window: false,
  partial_rotary_factor: 1,
};

/**
 * Reads the contents of a Hugging Face `config.json`. Fields that Hugging Face lets be absent take its defaults.
 *
 * @param origin  what error messages call the contents
 * @throws BridgeError `unsupported` for other architectures and for arithmetic that decoders here don't have; `invalid-file` for a field
 *   that is missing or has a wrong type
 */
export function parseModelConfig(json: Readonly<Record<string, unknown>>, origin = "config.json"): DecoderConfig {
  const fields = new Fields(json, origin);
  const architecture = architectureOf(json, origin);
  for (const [name, value] of Object.entries(requiredValues)) {
    if (json[name] !== undefined && json[name] !== value) {
      throw new BridgeError(
        "unsupported",
        `${origin}: ${name} is ${JSON.stringify(json[name])}; only ${JSON.stringify(value)} is supported`,
      );
    }
  }
  refuseSlidingLayers(json, origin);
  const heads = fields.count("num_attention_heads");
  const hiddenSize = fields.count("hidden_size");
  const attentionBias = architecture === "qwen2" || fields.flag("attention_bias", false);
  const mlpBias = architecture === "llama" && fields.flag("mlp_bias", false);
  const rope = isRecord(json.rope_parameters) ? json.rope_parameters : { rope_theta: json.rope_theta, ...scalingFields(json, origin) };
  const ropeScaling = parseScaling(rope, origin);
  return checkModelConfig(
    {
      architecture,
      vocabularySize: fields.count("vocab_size"),
      hiddenSize,
      layers: fields.count("num_hidden_layers"),
      heads,
      keyValueHeads: fields.count("num_key_value_heads", heads),
      headDimension: architecture === "qwen3" ? fields.count("head_dim", 128) : headDimensionOf(fields, hiddenSize, heads, origin),
      intermediateSize: fields.count("intermediate_size"),
      ropeTheta: new Fields(rope, origin).number("rope_theta", 10_000),
      ...(ropeScaling === undefined ? {} : { ropeScaling }),
      normEpsilon: fields.number("rms_norm_eps", 1e-6),
      queryKeyNorm: architecture === "qwen3",
      attentionBias,
      ...(attentionBias && architecture !== "qwen2" ? { outputBias: true } : {}),
      ...(mlpBias ? { mlpBias } : {}),
      tieEmbeddings: fields.flag("tie_word_embeddings", false),
      maximumLength: fields.count("max_position_embeddings"),
    },
    origin,
  );
}

/** What a model folder's config says besides the decoder. */
export interface ModelConfigExtras {
  readonly storage: "float32" | "bfloat16" | "float16";
  readonly endOfSequenceId?: number;
  readonly padId?: number;
}

/**
 * The contents of a Hugging Face `config.json` for a decoder.
 *
 * @throws BridgeError `unsupported` where the decoder's norms and biases are not those of its architecture
 */
export function formatModelConfig(config: DecoderConfig, extras: ModelConfigExtras): Record<string, unknown> {
  checkModelConfig(config, "the config");
  const { architecture, ropeScaling } = config;
  return {
    architectures: [classNames[architecture]],
    ...(architecture === "qwen2" ? {} : { attention_bias: config.attentionBias }),
    attention_dropout: 0,
    bos_token_id: null,
    eos_token_id: extras.endOfSequenceId ?? null,
    head_dim: config.headDimension,
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maximumLength,
    ...(architecture === "llama" ? { mlp_bias: config.mlpBias ?? false } : { use_sliding_window: false }),
    model_type: architecture,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.keyValueHeads,
    pad_token_id: extras.padId ?? null,
    rms_norm_eps: config.normEpsilon,
    rope_scaling: ropeScaling === undefined ? null : formatScaling(ropeScaling),
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieEmbeddings,
    torch_dtype: extras.storage,
    use_cache: true,
    vocab_size: config.vocabularySize,
  };
}

/** Refuses what no checkpoint of the architecture can have. @internal */
export function checkModelConfig(config: DecoderConfig, origin: string): DecoderConfig {
  const { architecture, heads, keyValueHeads, headDimension, queryKeyNorm, attentionBias, outputBias = false, mlpBias = false } = config;
  const fits = {
    qwen2: !queryKeyNorm && attentionBias && !outputBias && !mlpBias,
    qwen3: queryKeyNorm && outputBias === attentionBias && !mlpBias,
    llama: !queryKeyNorm && outputBias === attentionBias,
  };
  if (!fits[architecture]) {
    throw new BridgeError(
      "unsupported",
      `${origin}: ${classNames[architecture]} has no such norms and biases (queryKeyNorm ${queryKeyNorm}, attentionBias ${attentionBias}, ` +
        `outputBias ${outputBias}, mlpBias ${mlpBias}). qwen2: biases of q, k and v alone; qwen3: query and key norms, biases of q, k, v ` +
        "and o together or none; llama: no such norms, biases of q, k, v and o together or none, and of the MLP or none",
    );
  }
  if (heads % keyValueHeads !== 0) {
    throw new BridgeError("invalid-file", `${origin}: ${heads} attention heads don't divide among ${keyValueHeads} key-value heads`);
  }
  if (headDimension % 2 !== 0)
    throw new BridgeError("invalid-file", `${origin}: heads of size ${headDimension} cannot be rotated; the size must be even`);
  return config;
}

/** Hugging Face lets heads share the hidden size where nothing says how large they are. */
function headDimensionOf(fields: Fields, hiddenSize: number, heads: number, origin: string): number {
  if (!fields.has("head_dim") && hiddenSize % heads !== 0) {
    const message = `hidden_size ${hiddenSize} doesn't divide among ${heads} attention heads (num_attention_heads), and there is no head_dim`;
    throw new BridgeError("invalid-file", `${origin}: ${message}`);
  }
  return fields.count("head_dim", hiddenSize / heads);
}

/** Qwen configs list how each layer attends. */
function refuseSlidingLayers(json: Readonly<Record<string, unknown>>, origin: string): void {
  const types: unknown = json.layer_types;
  const other = Array.isArray(types) ? types.find((type) => type !== "full_attention") : undefined;
  if (other !== undefined) {
    throw new BridgeError("unsupported", `${origin}: layer_types names ${JSON.stringify(other)}; only "full_attention" is supported`);
  }
}

function architectureOf(json: Readonly<Record<string, unknown>>, origin: string): DecoderConfig["architecture"] {
  const named = Array.isArray(json.architectures) ? json.architectures[0] : undefined;
  const known = Object.entries(classNames) as [DecoderConfig["architecture"], string][];
  const found = known.find(([type, name]) => (named === undefined ? json.model_type === type : named === name));
  if (found === undefined) {
    throw new BridgeError(
      "unsupported",
      `${origin}: the architecture is ${named ?? json.model_type}; ${Object.values(classNames).join(", ")} are supported`,
    );
  }
  return found[0];
}

function scalingFields(json: Readonly<Record<string, unknown>>, origin: string): Record<string, unknown> {
  const scaling = json.rope_scaling;
  if (scaling === undefined || scaling === null) return {};
  if (!isRecord(scaling))
    throw new BridgeError("invalid-file", `${origin}: rope_scaling is ${JSON.stringify(scaling)}, expected an object`);
  return { ...scaling, rope_type: scaling.rope_type ?? scaling.type };
}

function parseScaling(rope: Readonly<Record<string, unknown>>, origin: string): Llama3RopeScaling | undefined {
  const type = rope.rope_type;
  if (type === undefined || type === "default") return undefined;
  if (type !== "llama3")
    throw new BridgeError("unsupported", `${origin}: rope scaling of type ${JSON.stringify(type)}; only "llama3" is supported`);
  const fields = new Fields(rope, origin);
  return {
    kind: "llama3",
    factor: fields.number("factor"),
    lowFrequencyFactor: fields.number("low_freq_factor"),
    highFrequencyFactor: fields.number("high_freq_factor"),
    originalMaximumLength: fields.count("original_max_position_embeddings"),
  };
}

function formatScaling(scaling: Llama3RopeScaling): Record<string, unknown> {
  return {
    factor: scaling.factor,
    high_freq_factor: scaling.highFrequencyFactor,
    low_freq_factor: scaling.lowFrequencyFactor,
    original_max_position_embeddings: scaling.originalMaximumLength,
    rope_type: "llama3",
  };
}

/** Typed access to JSON fields that says which one is wrong. */
class Fields {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #origin: string;

  constructor(json: Readonly<Record<string, unknown>>, origin: string) {
    this.#json = json;
    this.#origin = origin;
  }

  /** Whether a field is there; null says the same as its absence. */
  has(name: string): boolean {
    return this.#json[name] !== undefined && this.#json[name] !== null;
  }

  number(name: string, absent?: number): number {
    const value = this.#json[name] ?? absent;
    if (typeof value !== "number" || !(value > 0)) throw this.#wrong(name, "a positive number");
    return value;
  }

  count(name: string, absent?: number): number {
    const value = this.number(name, absent);
    if (!Number.isSafeInteger(value)) throw this.#wrong(name, "a whole number");
    return value;
  }

  flag(name: string, absent: boolean): boolean {
    const value = this.#json[name] ?? absent;
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  #wrong(name: string, expected: string): BridgeError {
    const value = this.#json[name];
    return new BridgeError(
      "invalid-file",
      `${this.#origin}: ${name} is ${value === undefined ? "missing" : JSON.stringify(value)}, expected ${expected}`,
    );
  }
}
