import { defined } from "@bridge-rl/training";
import type { ModelOpener, OpenModel, PassConfig, PipelineConfig } from "./pipeline-config.js";

/** Keeps one model open at a time. */
export interface ModelHolder {
  /** The model of a folder (undefined: the base model), to look at. Stays open until another one is asked for. */
  open(directory: string | undefined): Promise<OpenModel>;
  /** The same with a fresh optimiser, to train. */
  openFresh(directory: string | undefined): Promise<OpenModel>;
  close(): Promise<void>;
}

/** How models run, and the adapters that trained ones get. */
export interface ModelHolderOptions extends PassConfig, Pick<PipelineConfig, "threads" | "workers" | "provider" | "lora"> {}

/** Holds models of one opener. */
export function createModelHolder(opener: ModelOpener, options: ModelHolderOptions): ModelHolder {
  const { threads = 1, workers = 1, provider = "cpu", lora, sharePrompts, tokensPerRun, activationCheckpointing, frozen } = options;
  const passes = defined({ sharePrompts, tokensPerRun, activationCheckpointing });
  const trains = { training: true, ...defined({ lora, frozen }) };
  let held: { readonly directory: string | undefined; readonly model: OpenModel; readonly trained: boolean } | undefined;
  const replace = async (directory: string | undefined, trained: boolean) => {
    await held?.model.policy.dispose();
    held = undefined;
    held = {
      directory,
      model: await opener({ directory, threads, workers, provider, ...passes, ...(trained ? trains : {}) }),
      trained,
    };
    return held.model;
  };
  return {
    async open(directory) {
      return held !== undefined && !held.trained && held.directory === directory ? held.model : replace(directory, false);
    },
    openFresh: (directory) => replace(directory, true),
    async close() {
      await held?.model.policy.dispose();
      held = undefined;
    },
  };
}
