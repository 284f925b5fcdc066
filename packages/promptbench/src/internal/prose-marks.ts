import type { BehaviorMark } from "@bridge-rl/spec";

/** Recognises what steps leave in the thinking part, line by line. */
export function detectProse(completion: string): BehaviorMark[] {
  const marks: BehaviorMark[] = [];
  const closing = completion.indexOf("</think>");
  const thinking = closing === -1 ? completion : completion.slice(0, closing);
  let start = 0;
  for (const line of thinking.split("\n")) {
    const kind = kindOf(line);
    if (kind !== undefined) marks.push({ start, end: start + line.length, kind });
    start += line.length + 1;
  }
  return marks;
}

function kindOf(line: string): BehaviorMark["kind"] | undefined {
  if (line.startsWith("Recall that ")) return "restate";
  if (line.startsWith("Let's check ")) return "check";
  if (/^To find .*, we need /.test(line)) return "plan";
  if (/^Roughly, .* is between /.test(line)) return "estimate";
  if (/^Wait, .*, let's take that back\.$/.test(line)) return "retract";
  if (!line.startsWith("Let's solve ")) return undefined;
  if (/, wait, .* not solvable yet /.test(line)) return "attempt";
  if (/, so \([^()]*\) is False/.test(line)) return "stepwise";
  return line.split(/ = |, (?=\()/).filter(isComputed).length > 1 || / (True|False|N\/A) -> /.test(line) ? "stepwise" : undefined;
}

/** Whether a member of a chain is an operation on bare values. */
function isComputed(part: string): boolean {
  const bare = part.replace(/ -> .*/, "").replace(/\b(True|False|sqrt|max|AND|OR|NOT)\b|N\/A|e[-+]\d/g, "");
  return !/[A-Za-z]/.test(bare) && /[\d)] [-+*/] [\d(]|\^|\b(AND|OR|NOT|max|sqrt)\b/.test(part);
}
