import { BridgeError, type Demonstration, type Tokenizer, type TrainingRow } from "@bridge-rl/spec";
import { defined, encodeExample, spanOfTokens } from "@bridge-rl/training";

/** A text to learn: a demonstration, or anything with a prompt and a completion. */
export type SupervisedExample = Pick<Demonstration, "prompt" | "completion"> & Partial<Pick<Demonstration, "spans">>;

export interface EncodeSupervisedOptions {
  /**
   * Which tokens are learned. `all` also learns the prompt, from its second token on (the reference code of BRIDGE does so with all of it).
   * @defaultValue "completion"
   */
  readonly lossOn?: "completion" | "all";
  /** Weight of the tokens that a behaviour wrote, by its name; `plain` is what no behaviour wrote. @defaultValue 1 for each */
  readonly behaviorWeights?: Readonly<Record<string, number>>;
  /** Refuses longer examples, prompt and completion together, in tokens. @defaultValue no limit */
  readonly maxLength?: number;
}

/** An example as a policy and a supervised loss take it. */
export interface EncodedSupervised {
  readonly row: TrainingRow;
  /** Per token of `row.completionIds`. */
  readonly weights: Float32Array;
  /** Per token of `row.completionIds`: a behaviour's name, `plain`, or `prompt`. */
  readonly labels: readonly string[];
}

/**
 * Turns an example into ids with a weight and a label for each learned token.
 *
 * Under `lossOn: "all"` the row's prompt is the first token alone and the rest of the prompt counts as completion: the first token
 * has nothing before it that could predict it.
 *
 * @throws BridgeError `invalid-input` for an example over `maxLength`, or without a prompt
 */
export function encodeSupervised(
  tokenizer: Tokenizer,
  example: SupervisedExample,
  options: EncodeSupervisedOptions = {},
): EncodedSupervised {
  const { lossOn = "completion", behaviorWeights = {}, maxLength = Number.POSITIVE_INFINITY } = options;
  const { promptIds, completionIds, completionOffsets } = encodeExample(tokenizer, example.prompt, example.completion);
  const shown = JSON.stringify(example.prompt.slice(0, 80));
  const length = promptIds.length + completionIds.length;
  if (length > maxLength)
    throw new BridgeError("invalid-input", `the example that begins ${shown} has ${length} tokens, ${maxLength} are allowed`);
  if (promptIds.length === 0)
    throw new BridgeError("invalid-input", "an example has an empty prompt; its first token would have nothing to follow from");
  const spans = example.spans ?? [];
  const labels: string[] = Array.from(spanOfTokens(completionOffsets, spans), (span) => spans[span]?.behavior ?? "plain");
  const weights = Float32Array.from(labels, (label) => behaviorWeights[label] ?? 1);
  if (lossOn === "completion") return { row: { promptIds, completionIds }, weights, labels };
  const learnedPrompt = promptIds.length - 1;
  const allIds = new Int32Array(learnedPrompt + completionIds.length);
  allIds.set(promptIds.subarray(1));
  allIds.set(completionIds, learnedPrompt);
  const allWeights = new Float32Array(allIds.length).fill(1);
  allWeights.set(weights, learnedPrompt);
  return {
    row: { promptIds: promptIds.subarray(0, 1), completionIds: allIds },
    weights: allWeights,
    labels: [...new Array<string>(learnedPrompt).fill("prompt"), ...labels],
  };
}

/** The part of a trainer's options that encoding takes. */
export function encodingOf(options: EncodeSupervisedOptions): EncodeSupervisedOptions {
  const { lossOn, behaviorWeights, maxLength } = options;
  return defined({ lossOn, behaviorWeights, maxLength });
}
