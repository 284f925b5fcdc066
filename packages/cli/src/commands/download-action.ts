import { downloadWithProgress } from "../resolve/hub-model.js";

/** What the flags of `bridge download` come to. */
export interface DownloadFlags {
  readonly output: string;
  readonly revision: string;
}

/** Downloads a model as flags and environment say. */
export async function downloadCommand(repository: string, { output, revision }: DownloadFlags): Promise<void> {
  await downloadWithProgress(repository, output, revision);
  process.stdout.write(`model: ${output}\n`);
}
