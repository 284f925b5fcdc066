import { join } from "node:path";
import { type MatchArmsOptions, matchArms } from "@bridge-rl/behaviors";
import { BridgeError, type Demonstration } from "@bridge-rl/spec";
import { readLines } from "../data/read-lines.js";
import { demonstrationSchema } from "../data/rows.js";
import { writeJsonLines } from "../internal/write-aside.js";
import { tokenCounter } from "../resolve/token-counter.js";
import { table } from "../terminal/table.js";

/** What the flags of `bridge match` come to. */
export interface MatchFlags {
  readonly arm: readonly string[];
  readonly output: string;
  readonly by: MatchArmsOptions["by"];
  readonly reference?: string | undefined;
  readonly passes: number;
  readonly tokenizer?: string | undefined;
  readonly seed: number;
  readonly json?: true | undefined;
}

/** Matches, writes a file for each arm, and says what each has. */
export async function matchCommand({ arm: given, output, by, reference, passes, tokenizer, seed, json }: MatchFlags): Promise<void> {
  const arms: Record<string, Demonstration[]> = {};
  for (const [name, file] of given.map(parseArm)) {
    arms[name] = [];
    for await (const { row } of readLines(file, demonstrationSchema)) arms[name].push(row);
  }
  const count = tokenizer === undefined ? undefined : await tokenCounter(tokenizer, process.cwd());
  const matched = matchArms(arms, {
    ...{ by, passes, seed },
    ...(reference === undefined ? {} : { reference }),
    ...(count === undefined ? {} : { countTokens: ({ completion }) => count(completion) }),
  });
  const summary = [];
  for (const [name, { demonstrations, tokens, passes: taken }] of Object.entries(matched.arms)) {
    const file = join(output, `${name}.jsonl`);
    await writeJsonLines(file, demonstrations);
    summary.push({ arm: name, demonstrations: demonstrations.length, tokens, passes: taken, file });
  }
  const { problems, dropped } = matched;
  if (json) {
    process.stdout.write(`${JSON.stringify({ problems, dropped, arms: summary }, undefined, 2)}\n`);
    return;
  }
  const rows = summary.map((row) => [row.arm, String(row.demonstrations), String(row.tokens), row.passes.toFixed(2), row.file]);
  const unit = count === undefined ? "characters" : "tokens";
  process.stdout.write(`${table(["arm", "demonstrations", unit, "passes", "file"], rows)}\n`);
  process.stdout.write(`${problems} problems in all arms${dropped > 0 ? `, ${dropped} in some left out` : ""}\n`);
}

function parseArm(text: string): readonly [name: string, file: string] {
  const match = /^([\w.-]+)=(.+)$/.exec(text);
  if (match === null) throw new BridgeError("invalid-option", `--arm ${text}: write name=file, such as bridge=bridge.jsonl`);
  return [String(match[1]), String(match[2])];
}
