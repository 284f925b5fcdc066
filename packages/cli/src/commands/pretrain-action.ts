import { watchInterruption } from "../internal/interruption.js";
import { runPretraining } from "../pretraining/run-pretraining.js";
import { createProgressDisplay } from "../terminal/progress-display.js";

export interface PretrainFlags {
  readonly output: string;
  readonly threads: number;
  readonly storage: "float32" | "bfloat16";
  readonly json?: true | undefined;
}

/** Trains a base model, shows progress on standard error and its accuracy on standard output. */
export async function pretrainCommand(config: string, { output, threads, storage, json }: PretrainFlags): Promise<void> {
  const display = createProgressDisplay();
  const interruption = watchInterruption(() =>
    display.say("Stopping after this step, with a checkpoint. Press Ctrl-C again to stop at once."),
  );
  try {
    const { accuracy } = await runPretraining(config, { output, threads, storage, progress: display.job(""), signal: interruption.signal });
    display.close();
    if (json) {
      process.stdout.write(`${JSON.stringify({ output, accuracy }, undefined, 2)}\n`);
      return;
    }
    for (const { operations, level, greedy, sampled } of accuracy) {
      process.stdout.write(`${level ?? `${operations} operations`}: ${shown(greedy)} greedy, ${shown(sampled)} sampled\n`);
    }
    process.stdout.write(`model: ${output}\n`);
  } catch (error) {
    display.close();
    throw interruption.explain(error, `bridge pretrain ${config} --output ${output}`);
  } finally {
    interruption.dispose();
  }
}

function shown({ accuracy, interval: [low, high], n }: { accuracy: number; interval: readonly [number, number]; n: number }): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(accuracy)} % (${percent(low)} to ${percent(high)}, n = ${n})`;
}
