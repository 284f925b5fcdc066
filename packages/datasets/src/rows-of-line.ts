import { BridgeError } from "@bridge-rl/spec";
import type { FileRow } from "./column.js";
import type { DatasetRow } from "./dataset-row.js";
import { decodeRow } from "./decode-row.js";

/**
 * Reads what any line of data holds: a problem of `bridge generate`, a demonstration of `bridge inject`, the rollouts of `bridge rollout`
 * (a row each), or a row of a trainer's schema.
 *
 * @param formatAnswer  how answers that are no text are written. @defaultValue `String`
 * @throws BridgeError `invalid-file` where it is none of them
 */
export function rowsOfLine(line: FileRow, place: string, formatAnswer: (answer: number | boolean) => string = String): DatasetRow[] {
  const { answer } = line;
  const worded = typeof answer === "number" || typeof answer === "boolean" ? { ...line, answer: formatAnswer(answer) } : line;
  if ("graph" in line && "difficulty" in line) {
    const { operations } = object(line, "difficulty", place);
    const { id, prompt } = line;
    return [decodeRow({ prompt, problem: id, ...template(line, place), operations, answer: worded.answer }, place, "trl")];
  }
  if (!Array.isArray(line.rollouts)) return [decodeRow({ ...worded, ...template(line, place) }, place)];
  const { prompt, problem, operations } = line;
  return line.rollouts.map((rollout: unknown, index) => {
    const { text } = object({ rollout }, "rollout", place);
    return decodeRow(
      { prompt, problem, ...template(line, place), operations, answer: worded.answer, completion: text },
      `${place}, rollout ${index}`,
      "trl",
    );
  });
}

/** What our own lines say of the problem's graph, by the names of columns. */
function template(line: FileRow, place: string): FileRow {
  const modulus = "graph" in line ? object(line, "graph", place).modulus : line.modulus;
  return {
    ...("structureHash" in line ? { structure_hash: line.structureHash } : {}),
    ...(modulus === undefined ? {} : { modulus }),
  };
}

function object(line: FileRow, name: string, place: string): FileRow {
  const value = line[name];
  if (typeof value === "object" && value !== null) return value as FileRow;
  throw new BridgeError("invalid-file", `${place}: ${name} is no object`);
}
