import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";

/** Adds `bridge download`: a model from the Hugging Face hub. */
export function addDownload(program: Command): void {
  program
    .command("download")
    .summary("download a model from the Hugging Face hub")
    .description(
      "Brings config, tokenizer and safetensors of a repository into a folder that appears once it is complete. " +
        "Needs @huggingface/hub; HF_TOKEN opens gated repositories, HF_ENDPOINT is another hub.",
    )
    .argument("<repository>", "owner/name")
    .requiredOption("-o, --output <folder>", "becomes a model folder")
    .option("--revision <name>", "branch, tag or commit", "main")
    .addHelpText(
      "after",
      examples([
        ["bridge download Qwen/Qwen2.5-0.5B -o models/qwen", "then bridge sft -m models/qwen …; -m hf:Qwen/Qwen2.5-0.5B does both"],
      ]),
    )
    .action(async (repository, flags) => {
      const { downloadCommand } = await import("./download-action.js");
      await downloadCommand(repository, flags);
    });
}
