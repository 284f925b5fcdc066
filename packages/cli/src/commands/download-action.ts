import { downloadModel } from "@bridge-rl/models";
import { commandLine } from "../internal/command-line.js";
import { watchInterruption } from "../internal/interruption.js";
import { createProgressDisplay } from "../terminal/progress-display.js";

/** What the flags of `bridge download` come to. */
export interface DownloadFlags {
  readonly output: string;
  readonly revision: string;
}

/** Downloads a model as flags and environment say. */
export async function downloadCommand(repository: string, { output, revision }: DownloadFlags): Promise<void> {
  const { HF_TOKEN: accessToken, HF_ENDPOINT: hubUrl } = process.env;
  const display = createProgressDisplay();
  const progress = display.job("");
  const interruption = watchInterruption(() => display.say("Stopping."));
  try {
    await downloadModel(repository, output, {
      revision,
      ...(accessToken ? { accessToken } : {}),
      ...(hubUrl ? { hubUrl } : {}),
      signal: interruption.signal,
      onProgress: ({ file, bytes, totalBytes }) =>
        progress.update({ phase: `${file} (MB)`, done: Math.floor(bytes / 1e6), total: Math.ceil(totalBytes / 1e6) }),
    });
    display.close();
    process.stdout.write(`model: ${output}\n`);
  } catch (error) {
    throw interruption.explain(error, commandLine(process.argv.slice(2)));
  } finally {
    display.close();
    interruption.dispose();
  }
}
