import { wordAt } from "./read-equation.js";
import type { Word } from "./statement.js";

/** The contents of the boxes behind the thinking part, as `parseAnswer` sees them. */
export function readBoxes(text: string): Word[] {
  const boxes: Word[] = [];
  const thinkingEnd = text.lastIndexOf("</think>");
  if (thinkingEnd === -1) return boxes;
  for (let at = text.indexOf(boxOpening, thinkingEnd); at !== -1; at = text.indexOf(boxOpening, at + 1)) {
    const closing = text.indexOf("}", at);
    if (closing !== -1) boxes.push(wordAt(text, at + boxOpening.length, closing));
  }
  return boxes;
}

const boxOpening = "\\boxed{";
