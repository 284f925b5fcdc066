import { readFileSync } from "node:fs";

/**
 * The fenced code blocks of a Markdown file.
 *
 * @returns `{ language, flags, code, line }` in order; `flags` are the words behind the language
 */
export function readBlocks(file) {
  const blocks = [];
  let open;
  for (const [index, text] of readFileSync(file, "utf8").split("\n").entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (!fence) open?.lines.push(text);
    else if (open) {
      blocks.push({ language: open.language, flags: open.flags, code: `${open.lines.join("\n")}\n`, line: open.line });
      open = undefined;
    } else {
      const [language = "", ...flags] = fence[1].trim().split(/\s+/);
      open = { language, flags, lines: [], line: index + 2 };
    }
  }
  return blocks;
}

/** Whether a shell block is about our command: its first line that is no comment starts with `bridge` or `npx bridge`. */
export function callsBridge(code) {
  const first = code.split("\n").find((line) => line.trim() !== "" && !line.startsWith("#"));
  return first !== undefined && /^(npx )?bridge /.test(first);
}
