import type { ProviderName } from "@bridge-rl/runtime-onnx";
import type { Progress } from "@bridge-rl/spec";
import { commandLine } from "../internal/command-line.js";
import { watchInterruption } from "../internal/interruption.js";
import type { OpenModel } from "../pipeline/pipeline-config.js";
import { openModel } from "../resolve/open-model.js";
import { resolveModelDirectory } from "../resolve/resolve-model.js";
import { createProgressDisplay } from "../terminal/progress-display.js";

/** What a command that looks at a model works with. */
export interface ModelTools {
  readonly model: OpenModel;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Which model, and how it runs. */
interface ModelFlags {
  readonly model: string;
  readonly threads: number;
  /** @defaultValue 1 */
  readonly workers?: number;
  /** @defaultValue "cpu" */
  readonly provider?: ProviderName;
}

/** Opens a model for a command that only looks at it, and closes it whatever happens. */
export async function withModel<Result>(
  { model: name, threads, workers = 1, provider = "cpu" }: ModelFlags,
  use: (tools: ModelTools) => Promise<Result>,
): Promise<Result> {
  const directory = await resolveModelDirectory(name, process.cwd());
  const display = createProgressDisplay();
  const interruption = watchInterruption(() => display.say("Stopping."));
  const model = await openModel(directory, threads, { provider, workers });
  try {
    return await use({ model, progress: display.job(""), signal: interruption.signal });
  } catch (error) {
    display.close();
    throw interruption.explain(error, commandLine(process.argv.slice(2)));
  } finally {
    display.close();
    await model.policy.dispose();
    interruption.dispose();
  }
}

/** Passes on how many completions are done. */
export function samplingProgress(progress: Progress, phase: string): (state: { finished: number; total: number }) => void {
  return ({ finished, total }) => progress.update({ phase, done: finished, total });
}
