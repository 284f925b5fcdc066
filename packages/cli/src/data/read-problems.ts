import { BridgeError, type Phrasebook, type Problem, type ProblemSource, type Reward } from "@bridge-rl/spec";
import { defaultReward } from "../stages/default-reward.js";
import { createSourceFinder, type PhrasebookFlags } from "./phrasebook-of-row.js";
import { readLines } from "./read-lines.js";
import { problemRowSchema } from "./rows.js";

/**
 * Reads all problem lines of a file, with the one phrasebook that words them and the reward that their source judges by.
 *
 * @throws BridgeError `invalid-input` for a file without problems, or with problems of several phrasebooks; what `readLines` throws
 */
export async function readProblems(
  path: string,
  flags: PhrasebookFlags,
): Promise<{ readonly problems: readonly Problem[]; readonly phrasebook: Phrasebook; readonly reward: Reward }> {
  const sourceOf = createSourceFinder(flags);
  const problems: Problem[] = [];
  let source: ProblemSource | undefined;
  for await (const { row, place } of readLines(path, problemRowSchema)) {
    const own = await sourceOf(row, place);
    if (source !== undefined && own !== source) {
      const [now, before] = [own, source].map(({ name, phrasebook }) => `${phrasebook.name} of ${name}`);
      throw new BridgeError(
        "invalid-input",
        `${place} is worded by ${now}, the lines before by ${before}; ask problems of one phrasebook at a time`,
      );
    }
    source = own;
    problems.push(row);
  }
  if (source === undefined) throw new BridgeError("invalid-input", `${path === "-" ? "standard input" : path} has no problems`);
  return { problems, phrasebook: source.phrasebook, reward: defaultReward(source) };
}
