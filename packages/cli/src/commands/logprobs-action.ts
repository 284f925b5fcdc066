import { createDevicePolicy, LocalPolicy, loadModelFolder } from "@bridge-rl/models";
import { createOnnxRuntime, type ProviderName, requireProvider } from "@bridge-rl/runtime-onnx";
import { BridgeError, type TrainingRow } from "@bridge-rl/spec";
import { z } from "zod";
import { readLines } from "../data/read-lines.js";
import { withLineWriter } from "../data/write-lines.js";
import { resolveModelDirectory } from "../resolve/resolve-model.js";

/** What the flags of `bridge logprobs` come to. */
export interface LogprobsFlags {
  readonly model: string;
  readonly in: string;
  readonly out: string;
  readonly temperature: number;
  readonly threads: number;
  readonly provider: ProviderName;
}

/** Tokens that are scored together: enough to fill runs, few enough to hold. */
const chunkTokens = 16_384;

const rowSchema = z.object({
  ids: z.array(
    z
      .int()
      .nonnegative()
      .max(2 ** 31 - 1),
  ),
});

/** Scores line by line, in the order of the lines. */
export async function logprobsCommand({ model, in: input, out, temperature, threads, provider }: LogprobsFlags): Promise<void> {
  await requireProvider(provider);
  const { config, weights } = await loadModelFolder(await resolveModelDirectory(model, process.cwd()));
  const runtime = createOnnxRuntime({ threads, provider });
  // nothing is trained, so no gradients or moments count against the memory there is
  const policy = runtime.device
    ? await createDevicePolicy(config, weights, { runtime })
    : new LocalPolicy(config, weights, { runtime, adoptWeights: true, memoryLimit: Number.POSITIVE_INFINITY });
  try {
    await withLineWriter(out, async (writer) => {
      for await (const batch of chunks(input, config)) {
        // rows without a second id have nothing to score
        const scored = await policy.logProbabilities(batch.filter(isScored), { temperature });
        let next = 0;
        for (const row of batch) {
          const logProbabilities = isScored(row) ? [...(scored[next++]?.logProbabilities ?? [])] : [];
          await writer.write({ logProbabilities });
        }
      }
    });
  } finally {
    await policy.dispose();
  }
}

async function* chunks(
  input: string,
  { vocabularySize, maximumLength }: { readonly vocabularySize: number; readonly maximumLength: number },
): AsyncGenerator<TrainingRow[]> {
  let batch: TrainingRow[] = [];
  let tokens = 0;
  for await (const { row, place } of readLines(input, rowSchema)) {
    const ids = Int32Array.from(row.ids);
    const wrong = ids.find((id) => id >= vocabularySize);
    if (wrong !== undefined) throw new BridgeError("invalid-file", `${place} has token id ${wrong}; the vocabulary has ${vocabularySize}`);
    if (ids.length > maximumLength) {
      throw new BridgeError("invalid-file", `${place} has ${ids.length} ids; the model takes at most ${maximumLength}`);
    }
    batch.push({ promptIds: ids.slice(0, 1), completionIds: ids.slice(1) });
    tokens += ids.length;
    if (tokens < chunkTokens) continue;
    yield batch;
    batch = [];
    tokens = 0;
  }
  if (batch.length > 0) yield batch;
}

function isScored({ completionIds }: TrainingRow): boolean {
  return completionIds.length > 0;
}
