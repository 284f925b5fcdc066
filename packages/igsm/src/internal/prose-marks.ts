import type { BehaviorMark, BehaviorMarkKind } from "@bridge-rl/spec";
import { asidePattern, restatementPattern, setbackPattern } from "./prose-wording.js";

/** Recognises what steps leave in the thinking part, line by line. */
export function detectProse(completion: string): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  const closing = completion.indexOf("</think>");
  const thinking = closing === -1 ? completion : completion.slice(0, closing);
  let start = 0;
  for (const line of thinking.split("\n")) {
    const aside = asidePattern.exec(line)?.groups;
    if (aside !== undefined) {
      const kind = asideKinds.find((name) => aside[name] !== undefined);
      if (kind !== undefined) marks.push({ start, end: start + line.length, kind });
    } else if (line.startsWith("- ")) {
      const restatement = restatementPattern.exec(line);
      if (restatement !== null) {
        const from = start + restatement.index;
        marks.push({ start: from, end: from + restatement[0].length, kind: "restate" });
      }
      const derivation = line.lastIndexOf(" Then ");
      if (setbackPattern.test(line)) marks.push({ start, end: start + line.length, kind: "attempt" });
      else if (derivation !== -1 && countComputed(line.slice(derivation)) > 1) {
        marks.push({ start: start + derivation + 1, end: start + line.length, kind: "stepwise" });
      }
    }
    start += line.length + 1;
  }
  return marks;
}

const asideKinds: readonly BehaviorMarkKind[] = ["check", "plan", "estimate", "retract"];

/** How many members of a chain of equations are arithmetic on bare numbers. */
function countComputed(chain: string): number {
  return chain.split(" = ").filter((part) => /^[-\d(][-+*()\d ]*$/.test(part) && /\d\)? [-+*] /.test(part)).length;
}
