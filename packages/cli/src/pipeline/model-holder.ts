import type { LoraOptions } from "@bridge-rl/models";
import type { ModelOpener, OpenModel } from "./pipeline-config.js";

/** Keeps one model open at a time. */
export interface ModelHolder {
  /** The model of a folder (undefined: the base model), to look at. Stays open until another one is asked for. */
  open(directory: string | undefined): Promise<OpenModel>;
  /** The same with a fresh optimiser, to train. */
  openFresh(directory: string | undefined): Promise<OpenModel>;
  close(): Promise<void>;
}

/** Holds models of one opener. @param lora  adapters, where those that are trained get some */
export function createModelHolder(opener: ModelOpener, threads: number, lora?: LoraOptions): ModelHolder {
  let held: { readonly directory: string | undefined; readonly model: OpenModel; readonly trained: boolean } | undefined;
  const replace = async (directory: string | undefined, trained: boolean) => {
    await held?.model.policy.dispose();
    held = undefined;
    held = {
      directory,
      model: await opener({ directory, threads, ...(trained ? { training: true, ...(lora && { lora }) } : {}) }),
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
