import type { Policy, Tokenizer } from "@bridge-rl/spec";
import { type OptimizerOptions, type TrainingControls, trainingControls } from "@bridge-rl/training";
import { type EncodeSupervisedOptions, encodeSupervised, encodingOf, type SupervisedExample } from "./encode-supervised.js";
import { type SupervisedProgress, trainOnBatches } from "./internal/train-on-batches.js";

export interface PretrainOptions extends OptimizerOptions, EncodeSupervisedOptions, TrainingControls {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  /**
   * The examples of one optimiser step, counted from 0: a curriculum as a function of the step. It must give the same examples for the
   * same step every time, which is what makes a resumed run exact; it is called for the next step while the current one computes.
   */
  examples(step: number): readonly SupervisedExample[] | Promise<readonly SupervisedExample[]>;
  readonly steps: number;
  /** What decides the examples, plain JSON, so that a run is not resumed with others. @defaultValue {} */
  readonly examplesSettings?: Readonly<Record<string, unknown>>;
}

/**
 * Trains a policy on an endless stream of examples, made step by step and never held: the same loop as `trainSft`, for hours.
 *
 * @throws BridgeError `invalid-option`; `invalid-input` for an empty batch or an example over `maxLength`; `cancelled` after the signal;
 *   `run-conflict` where the checkpoints belong to another run; `non-finite`
 */
export async function pretrain(options: PretrainOptions): Promise<SupervisedProgress> {
  const { policy, tokenizer, examples, steps, examplesSettings = {} } = options;
  const encoding = encodingOf(options);
  return trainOnBatches({
    ...trainingControls(options),
    phase: "pretrain",
    policy,
    steps,
    optimizer: options,
    settings: { ...encoding, examples: examplesSettings },
    async batch(step) {
      return (await examples(step)).map((example) => encodeSupervised(tokenizer, example, encoding));
    },
  });
}
