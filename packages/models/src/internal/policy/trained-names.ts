import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import { decoderParameters } from "../../decoder-parameters.js";
import { type LoraConfig, loraParameters } from "../../lora.js";

/**
 * Names of the parameters that are trained: all but the frozen ones, which with adapters are all others unless said otherwise.
 *
 * @param frozen  names, or their beginnings followed by `*`
 * @throws BridgeError `invalid-option` for a pattern that fits nothing, or where nothing is left to train
 */
export function trainedNames(
  config: DecoderConfig,
  lora: LoraConfig | undefined,
  frozen: readonly string[] | undefined,
): ReadonlySet<string> {
  const base = decoderParameters(config).map(({ name }) => name);
  const adapters = lora === undefined ? [] : loraParameters(config, lora).map(({ name }) => name);
  const names = [...base, ...adapters];
  const patterns = frozen ?? (adapters.length > 0 ? base : []);
  const held = new Set<string>();
  for (const pattern of patterns) {
    const found = names.filter((name) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
    if (found.length === 0) throw new BridgeError("invalid-option", `frozen names "${pattern}", which the model doesn't have`);
    for (const name of found) held.add(name);
  }
  const trained = names.filter((name) => !held.has(name));
  if (trained.length === 0) throw new BridgeError("invalid-option", "every parameter is frozen, so there is nothing to train");
  return new Set(trained);
}
