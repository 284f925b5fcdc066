import type { PrefillShape } from "./decode-graphs.js";
import { gridRows, gridTokens, leastRows } from "./shape-grid.js";

/** Prompts and tokens of one prefill at most. */
const mostPrompts = 32;
const mostTokens = 4096;
/** What a run costs beside its tokens, in tokens. */
const runCost = 32;

/** One prefill. */
export interface PromptPart extends PrefillShape {
  /** Prompts that it takes; its shape has room for more. */
  readonly count: number;
}

/**
 * Divides prompts into prefills, one after the other, so that the fewest tokens are run, padding included.
 *
 * @param lengths  tokens of each prompt, ascending
 */
export function dividePrompts(lengths: readonly number[]): PromptPart[] {
  // the best way to divide the first prompts: what it costs, and its last part
  const best: { readonly cost: number; readonly part?: PromptPart }[] = [{ cost: 0 }];
  for (let end = 1; end <= lengths.length; end++) {
    const tokens = gridTokens(lengths[end - 1] as number);
    let least: { readonly cost: number; readonly part?: PromptPart } = { cost: Number.POSITIVE_INFINITY };
    for (let count = 1; count <= Math.min(end, mostPrompts); count++) {
      const part = { prompts: count < leastRows ? count : gridRows(count), tokens, count };
      const run = part.prompts * tokens;
      if (count > 1 && run > mostTokens) break;
      const cost = (best[end - count]?.cost as number) + run + runCost;
      if (cost < least.cost) least = { cost, part };
    }
    best.push(least);
  }
  const parts: PromptPart[] = [];
  for (let end = lengths.length; end > 0; end -= parts[0]?.count as number) parts.unshift(best[end]?.part as PromptPart);
  return parts;
}
