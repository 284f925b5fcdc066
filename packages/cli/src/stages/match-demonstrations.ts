import { type MatchedArm, matchArms } from "@bridge-rl/behaviors";
import type { Demonstration } from "@bridge-rl/spec";
import type { OpenModel } from "../pipeline/pipeline-config.js";
import type { StageContext } from "../pipeline/stages.js";

/**
 * Gives the arm the budget that `sft.match` names: another arm's steps, or its tokens to learn, over the same problems in the same order.
 *
 * Arms run in processes of their own, so each makes the reference's demonstrations again; the same seed makes the same.
 *
 * @param demonstrate  makes an arm's demonstrations of the same problems
 */
export async function matchDemonstrations(
  { config, arm, seed }: StageContext,
  { tokenizer }: OpenModel,
  demonstrate: (arm: string) => Promise<readonly Demonstration[]>,
): Promise<readonly Demonstration[]> {
  const own = await demonstrate(arm);
  const match = config.sft?.match;
  if (match === undefined) return own;
  const { by, reference, passes = 1 } = match;
  const arms = { [reference]: reference === arm ? own : await demonstrate(reference), [arm]: own };
  const countTokens = ({ completion }: Demonstration) => tokenizer.encode(completion).length;
  const { arms: matched } = matchArms(arms, { by, reference, passes, countTokens, seed: `match ${seed}` });
  return (matched[arm] as MatchedArm).demonstrations;
}
