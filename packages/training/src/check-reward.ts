import { BridgeError, type Demonstration, type Phrasebook, type Problem, type Reward, type Value } from "@bridge-rl/spec";
import { scoreRollout } from "./score-rollout.js";

/**
 * Tries a reward before a run is built on it: each gold demonstration must get the maximum; the same with another answer in it must not,
 * and neither must an empty completion.
 *
 * @param demonstrations  gold solutions of (some of) the problems, matched by problem id
 * @throws BridgeError `reward-failed` with the problem, the completion and the score; `invalid-input` where no demonstration fits a problem
 */
export async function checkReward(
  reward: Reward,
  phrasebook: Phrasebook,
  problems: readonly Problem[],
  demonstrations: readonly Pick<Demonstration, "problem" | "completion">[],
): Promise<{ readonly checked: number }> {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  let checked = 0;
  for (const { problem: id, completion } of demonstrations) {
    const problem = byId.get(id);
    if (problem === undefined) continue;
    const score = (text: string) => scoreRollout(reward, problem, phrasebook, { text, finishReason: "stop" });
    const gold = await score(completion);
    if (gold !== reward.maximum) {
      throw failed(reward, problem, completion, gold, `the gold solution must get ${reward.maximum}`);
    }
    const wrong = withAnotherAnswer(completion, problem.answer, phrasebook);
    for (const text of wrong === undefined ? [""] : [wrong, ""]) {
      const given = await score(text);
      if (given >= reward.maximum) throw failed(reward, problem, text, given, "a wrong answer must get less than the maximum");
    }
    checked++;
  }
  if (checked === 0) {
    throw new BridgeError(
      "invalid-input",
      `none of the ${demonstrations.length} demonstrations solves one of the ${problems.length} problems`,
    );
  }
  return { checked };
}

function failed(reward: Reward, problem: Problem, completion: string, score: number, rule: string): BridgeError {
  return new BridgeError(
    "reward-failed",
    `reward ${reward.name} gave ${score} on problem ${problem.id}, but ${rule}; look at its parser. Completion: ${JSON.stringify(completion)}`,
  );
}

/** Replaces the answer where the phrasebook reads it; undefined where no replacement changes what it reads. */
function withAnotherAnswer(completion: string, answer: Value, phrasebook: Phrasebook): string | undefined {
  const right = phrasebook.formatAnswer(answer);
  const other = phrasebook.formatAnswer(anotherValue(answer));
  if (right === "") return undefined;
  for (let at = completion.lastIndexOf(right); at >= 0; at = at === 0 ? -1 : completion.lastIndexOf(right, at - 1)) {
    const changed = completion.slice(0, at) + other + completion.slice(at + right.length);
    if (phrasebook.parseAnswer(changed) === other) return changed;
  }
  return undefined;
}

function anotherValue(value: Value): Value {
  if (typeof value === "number") return value + 1;
  return typeof value === "boolean" ? !value : `${value}x`;
}
