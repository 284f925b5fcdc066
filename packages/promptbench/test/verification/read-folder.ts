import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PromptbenchTask, promptbenchTasks } from "../../src/index.js";
import type { FixtureRow } from "./fixture-row.js";

/** A file of rows, and the task that its name says. */
export interface FixtureFile {
  readonly file: string;
  readonly task: PromptbenchTask;
  readonly rows: readonly FixtureRow[];
}

/** Reads every file of rows in a folder. */
export function readFolder(folder: string): FixtureFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .sort()
    .map((file) => {
      const task = promptbenchTasks.find((name) => file.startsWith(name));
      if (task === undefined) throw new Error(`${file} names none of the tasks ${promptbenchTasks.join(", ")}`);
      const rows = readFileSync(join(folder, file), "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "");
      return { file, task, rows: rows.map((line) => JSON.parse(line) as FixtureRow) };
    });
}
