import { availableParallelism } from "node:os";
import { availableMemory, loadModelConfig, measureProductRate, planMemory, resolveLora } from "@bridge-rl/models";
import { createOnnxRuntime, describeProvider, type ProviderName, requireProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError } from "@bridge-rl/spec";
import { resolveModelDirectory } from "../resolve/resolve-model.js";
import { table } from "../terminal/table.js";
import { type LoraFlags, loraOf } from "./lora-flags.js";

/** What the flags of `bridge plan` come to. */
export interface PlanFlags extends LoraFlags {
  readonly model: string;
  readonly batch: number;
  readonly length: number;
  readonly tokensPerRun: number;
  readonly memory?: number | undefined;
  readonly threads: number;
  readonly workers: number;
  readonly provider: ProviderName;
  readonly json?: true | undefined;
}

/** The share of the rate of plain products that training reaches, and AdamW's time for each parameter. */
const efficiency = 0.6;
const secondsPerUpdate = 7e-9;

/** Prints the plan as flags say. */
export async function planCommand(flags: PlanFlags): Promise<void> {
  const { batch, length, tokensPerRun, memory, threads, workers, provider, json } = flags;
  const config = await loadModelConfig(await resolveModelDirectory(flags.model, process.cwd()));
  if (length > config.maximumLength) {
    throw new BridgeError("invalid-option", `--length is ${length}; the model takes at most ${config.maximumLength} tokens`);
  }
  const adapters = loraOf(flags);
  const plan = planMemory(config, { tokensPerRun, length, workers, ...(adapters && { lora: resolveLora(adapters) }) });
  const available = memory === undefined ? availableMemory() : memory * 1e9;
  const { mode, residency } = describeProvider(provider);
  const missing = await missingProvider(provider);
  const rate = await measureProductRate(
    createOnnxRuntime({ threads, provider: missing === undefined ? provider : "cpu" }),
    () => performance.now() / 1000,
  );
  const tokens = batch * length;
  // workers with a core each take the rows between them; the update each makes for itself
  const together = rate * Math.min(workers, Math.max(1, Math.floor(availableParallelism() / threads)));
  const seconds = (plan.operationsPerToken * tokens) / (together * efficiency) + plan.trainedParameters * secondsPerUpdate;
  const fits = plan.peakBytes <= available;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ ...plan, availableBytes: available, fits, provider, residency, tokensPerStep: tokens, secondsPerStep: seconds })}\n`,
    );
    return;
  }
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
  const millions = (count: number): string => `${(count / 1e6).toFixed(1)}M`;
  const rows = [...plan.uses.map(({ what, bytes }) => [what, gigabytes(bytes)]), ["peak, about", gigabytes(plan.peakBytes)]];
  const lines = [
    `${millions(plan.parameters)} parameters, ${millions(plan.trainedParameters)} trained; activations ` +
      `${plan.activationCheckpointing ? "are computed again, layer by layer" : "are kept"}`,
    `provider ${provider}: ${mode}`,
    ...(missing === undefined ? [] : [`${missing}; the time below is the CPU's`]),
    "",
    table(["memory", ""], rows),
    "",
    `${fits ? "fits" : "DOESN'T FIT"} into ${gigabytes(available)}`,
    `a step of ${batch} × ${length} tokens: about ${duration(seconds)} (${(tokens / seconds).toFixed(0)} tokens/s; products run at ` +
      `${(rate / 1e9).toFixed(0)} GFLOP/s on ${threads} thread${threads === 1 ? "" : "s"}${workers === 1 ? "" : ` of each of ${workers} workers`}, training at about ${100 * efficiency} % of that)`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What the provider lacks on this machine, where it lacks something. */
async function missingProvider(provider: ProviderName): Promise<string | undefined> {
  try {
    await requireProvider(provider);
    return undefined;
  } catch (error) {
    if (BridgeError.isInstance(error) && error.code === "missing-dependency") return error.message;
    throw error;
  }
}

function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  return seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}
