import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "./decoder-config.js";
import { isRecord, readJson } from "./internal/read-json.js";
import { replaceFolder } from "./internal/replace-folder.js";
import { writeAside } from "./internal/write-aside.js";
import { type LoraConfig, type LoraTarget, loraParameters, loraTargets, resolveLora } from "./lora.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";

const prefix = "base_model.model.";
const configFile = "adapter_config.json";
const weightsFile = "adapter_model.safetensors";

/** Adapters in memory, as PEFT's folders hold them. */
export interface LoraFolder {
  readonly lora: LoraConfig;
  /** By the names of `loraParameters`. */
  readonly adapters: ReadonlyMap<string, Float32Array>;
}

/** Fields that switch on arithmetic that adapters here don't have, with what is understood of each. */
const refused: Readonly<Record<string, (value: unknown) => boolean>> = {
  use_dora: (value) => value !== true,
  use_rslora: (value) => value !== true,
  fan_in_fan_out: (value) => value !== true,
  lora_bias: (value) => value !== true,
  use_qalora: (value) => value !== true,
  use_bdlora: (value) => value === undefined || value === null || value === false,
  alora_invocation_tokens: isNothing,
  bias: (value) => value === undefined || value === "none",
  modules_to_save: isNothing,
  rank_pattern: isNothing,
  alpha_pattern: isNothing,
  layers_to_transform: isNothing,
  layer_replication: isNothing,
  target_parameters: isNothing,
  trainable_token_indices: isNothing,
};

/**
 * Reads adapters in the layout of Hugging Face's PEFT: `adapter_config.json` and `adapter_model.safetensors`.
 *
 * @throws BridgeError `missing-file`; `unsupported` for other kinds of adapters; `invalid-file` for tensors that don't fit the config
 */
export async function loadLoraFolder(directory: string, config: DecoderConfig): Promise<LoraFolder> {
  const configPath = join(directory, configFile);
  const lora = parseLoraConfig(await readJson(configPath), configPath);
  const path = join(directory, weightsFile);
  const { tensors } = await readSafetensors(path);
  const adapters = new Map<string, Float32Array>();
  for (const { name, shape } of loraParameters(config, lora)) {
    const found = tensors.get(`${prefix}${name}`);
    if (found === undefined) {
      throw new BridgeError("invalid-file", `${path} lacks the tensor "${prefix}${name}", expected [${shape.join(", ")}]`);
    }
    if (found.shape.join() !== shape.join() || !(found.data instanceof Float32Array)) {
      throw new BridgeError(
        "invalid-file",
        `${path}: tensor "${prefix}${name}" is ${found.type} [${found.shape.join(", ")}], expected floats [${shape.join(", ")}]`,
      );
    }
    adapters.set(name, found.data);
  }
  const extra = [...tensors.keys()].find((name) => !adapters.has(name.slice(prefix.length)) || !name.startsWith(prefix));
  if (extra !== undefined) {
    throw new BridgeError("invalid-file", `${path}: ${configFile} has no place for the tensor "${extra}"; is it another model's adapter?`);
  }
  return { lora, adapters };
}

/**
 * Writes adapters in PEFT's layout into a folder that appears at once; `PeftModel.from_pretrained` reads it.
 *
 * @param baseModel  what PEFT loads the base model by: a folder or a name on the hub
 * @throws BridgeError `shape-mismatch` where the adapters don't fit the config
 */
export async function saveLoraFolder(
  directory: string,
  config: DecoderConfig,
  { lora, adapters }: LoraFolder,
  baseModel: string | null = null,
): Promise<void> {
  const tensors = loraParameters(config, lora).map(({ name, shape }) => {
    const data = adapters.get(name);
    if (data === undefined) throw new BridgeError("shape-mismatch", `the adapters lack ${name} [${shape.join(", ")}]`);
    return [`${prefix}${name}`, { data, shape }] as const;
  });
  const json = {
    base_model_name_or_path: baseModel,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    modules_to_save: null,
    peft_type: "LORA",
    r: lora.rank,
    target_modules: [...lora.targets].sort(),
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: false,
  };
  await replaceFolder(directory, async (aside) => {
    await writeAside(join(aside, configFile), [Buffer.from(`${JSON.stringify(json, null, 2)}\n`)]);
    await writeSafetensors(join(aside, weightsFile), new Map(tensors), { format: "pt" });
  });
}

function parseLoraConfig(json: Readonly<Record<string, unknown>>, origin: string): LoraConfig {
  if (json.peft_type !== "LORA")
    throw new BridgeError("unsupported", `${origin}: peft_type is ${JSON.stringify(json.peft_type)}; only LORA is supported`);
  for (const [name, accepts] of Object.entries(refused)) {
    if (!accepts(json[name])) {
      throw new BridgeError("unsupported", `${origin}: ${name} is ${JSON.stringify(json[name])}, which adapters here don't have`);
    }
  }
  const { r: rank, lora_alpha: alpha, lora_dropout: dropout } = json;
  if (typeof rank !== "number" || typeof alpha !== "number" || (dropout !== undefined && typeof dropout !== "number")) {
    throw new BridgeError(
      "invalid-file",
      `${origin}: r, lora_alpha and lora_dropout are ${rank}, ${alpha} and ${dropout}, expected numbers`,
    );
  }
  return resolveLora({ rank, alpha, dropout: dropout ?? 0, targets: parseTargets(json.target_modules, origin) });
}

function parseTargets(value: unknown, origin: string): LoraTarget[] {
  if (value === "all-linear") return [...loraTargets];
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  const targets = loraTargets.filter((target) => names.includes(target));
  if (targets.length === 0 || targets.length !== names.length) {
    throw new BridgeError(
      "unsupported",
      `${origin}: target_modules is ${JSON.stringify(value)}, expected a list of ${loraTargets.join(", ")}, or "all-linear"`,
    );
  }
  return targets;
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0)
  );
}
