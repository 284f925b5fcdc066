import { BridgeError, type Phrasebook, type Problem } from "@bridge-rl/spec";
import { createPhrasebookFinder, type PhrasebookFlags } from "./phrasebook-of-row.js";
import { readLines } from "./read-lines.js";
import { problemRowSchema } from "./rows.js";

/**
 * Reads all problem lines of a file, with the one phrasebook that words them.
 *
 * @throws BridgeError `invalid-input` for a file without problems, or with problems of several phrasebooks; what `readLines` throws
 */
export async function readProblems(
  path: string,
  flags: PhrasebookFlags,
): Promise<{ readonly problems: readonly Problem[]; readonly phrasebook: Phrasebook }> {
  const phrasebookOf = createPhrasebookFinder(flags);
  const problems: Problem[] = [];
  let phrasebook: Phrasebook | undefined;
  for await (const { row, place } of readLines(path, problemRowSchema)) {
    const own = await phrasebookOf(row, place);
    if (phrasebook !== undefined && own !== phrasebook) {
      const message = `${place} is worded by ${own.name}, the lines before by ${phrasebook.name}; ask problems of one phrasebook at a time`;
      throw new BridgeError("invalid-input", message);
    }
    phrasebook = own;
    problems.push(row);
  }
  if (phrasebook === undefined) throw new BridgeError("invalid-input", `${path === "-" ? "standard input" : path} has no problems`);
  return { problems, phrasebook };
}
