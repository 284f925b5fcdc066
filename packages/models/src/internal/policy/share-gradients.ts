import { describeProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import { decoderParameters } from "../../decoder-parameters.js";
import { loraParameters, resolveLora } from "../../lora.js";
import { planMemory, refuseBeyond } from "../../memory-plan.js";
import type { WorkerPolicyOptions } from "../../worker-policy.js";
import { trainedNames } from "./trained-names.js";

/**
 * Zeros for the gradient of each of several workers, in memory that all of them see, after a look at what they take together.
 *
 * @throws BridgeError `unsupported` where they don't fit into memory, or where the provider has memory of its own
 */
export function shareGradients(
  config: DecoderConfig,
  workers: number,
  { provider = "cpu", lora, frozen, tokensPerRun, activationCheckpointing, memoryLimit }: WorkerPolicyOptions,
): ReadonlyMap<string, Float32Array>[] {
  const { name, residency } = describeProvider(typeof provider === "string" ? provider : provider.name);
  if (residency === "device") {
    throw new BridgeError("unsupported", `several workers need a provider that computes in this process's memory; ${name} doesn't`);
  }
  const adapters = lora && resolveLora(lora);
  const trained = trainedNames(config, adapters, frozen);
  const plan = planMemory(config, {
    trained,
    workers,
    ...(adapters && { lora: adapters }),
    ...(tokensPerRun !== undefined && { tokensPerRun }),
    ...(activationCheckpointing !== undefined && { activationCheckpointing }),
  });
  refuseBeyond(plan, memoryLimit);
  const declarations = [...decoderParameters(config), ...(adapters ? loraParameters(config, adapters) : [])];
  const sizes = new Map(
    declarations
      .filter(({ name: parameter }) => trained.has(parameter))
      .map(({ name: parameter, shape }) => [parameter, shape.reduce((product, size) => product * size, 1)]),
  );
  return Array.from(
    { length: workers },
    () => new Map([...sizes].map(([parameter, size]) => [parameter, new Float32Array(new SharedArrayBuffer(4 * size))])),
  );
}
