import { BridgeError } from "@bridge-rl/spec";
import { libraryTokenizer } from "./library-tokenizer.js";
import { isRecord } from "./read-json.js";

/** GPT-2's pattern, which the `ByteLevel` step of tokenizer.json implies. */
export const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** A `Split` step of tokenizer.json that keeps the matches and what lies between them. */
export function splitStep(regularExpression: string): Record<string, unknown> {
  return { type: "Split", pattern: { Regex: regularExpression }, behavior: "Isolated", invert: false };
}

/**
 * Reads how tokenizer.json normalises.
 *
 * @throws BridgeError `unsupported` for anything but none and NFC
 */
export function normalizationOf(normalizer: unknown): (text: string) => string {
  if (normalizer === undefined || normalizer === null) return (text) => text;
  if (isRecord(normalizer) && normalizer.type === "NFC") return (text) => text.normalize("NFC");
  throw new BridgeError("unsupported", `tokenizer.json has the normalizer ${JSON.stringify(normalizer)}; none and NFC are supported`);
}

/**
 * Reads how tokenizer.json cuts texts. The pieces of a text, put together, are the text.
 *
 * @throws BridgeError `unsupported` for anything but `Split` (isolated) and `Digits` steps followed by `ByteLevel` without prefix space
 */
export function pieceSplitter(preTokenizer: unknown): (text: string) => string[] {
  const steps = flatten(preTokenizer);
  const last = steps.pop();
  if (!isRecord(last) || last.type !== "ByteLevel" || last.add_prefix_space === true) throw unsupported(last);
  for (const step of steps) checkStep(step);
  if (last.use_regex !== false) steps.push(splitStep(gpt2Pattern));
  return splitBySteps(steps);
}

/** Cuts texts by `Split` and `Digits` steps alone. */
export function splitBySteps(pretokenizers: readonly unknown[]): (text: string) => string[] {
  const model = { type: "BPE", vocab: {}, merges: [] };
  const { pre_tokenizer } = libraryTokenizer({ added_tokens: [], model, pre_tokenizer: { type: "Sequence", pretokenizers } }, {});
  if (pre_tokenizer === null) throw new BridgeError("internal", "the library made no pre-tokenizer");
  return (text) => pre_tokenizer.pre_tokenize(text);
}

function flatten(step: unknown): unknown[] {
  if (isRecord(step) && step.type === "Sequence" && Array.isArray(step.pretokenizers)) return step.pretokenizers.flatMap(flatten);
  return [step];
}

function checkStep(step: unknown): void {
  if (!isRecord(step)) throw unsupported(step);
  const { type, pattern, behavior, invert } = step;
  const isSplit = type === "Split" && isRecord(pattern) && behavior === "Isolated" && invert !== true;
  if (!isSplit && type !== "Digits") throw unsupported(step);
}

function unsupported(step: unknown): BridgeError {
  return new BridgeError(
    "unsupported",
    `tokenizer.json cuts texts by ${JSON.stringify(step)}; isolated Split and Digits steps, then ByteLevel without a prefix space, are supported`,
  );
}
