import { basename } from "node:path";
import {
  AnswerTally,
  type CurriculumLevel,
  drawProblems,
  type LeftOutReason,
  type MixturePart,
  mixture,
  ProblemFilter,
  type Shard,
} from "@bridge-rl/sources";
import { BridgeError, type ProblemSource, type Value } from "@bridge-rl/spec";
import { readAnyRows } from "../data/read-any.js";
import { withLineWriter } from "../data/write-lines.js";
import { type LevelFinder, levelsOfTask } from "./named-levels.js";
import { type SourceFlags, sourceFromFlags } from "./source-from-flags.js";

/** What the flags of `bridge generate` come to. */
export interface GenerateFlags extends SourceFlags {
  readonly count?: number | undefined;
  readonly start: number;
  readonly shard?: Shard | undefined;
  readonly mix?: readonly (readonly [name: string, share: number])[] | undefined;
  readonly curriculum?: readonly (readonly [name: string, problems: number | undefined])[] | undefined;
  readonly level?: readonly string[] | undefined;
  readonly distinct?: true | undefined;
  readonly except?: readonly string[] | undefined;
  readonly by?: "template" | "prompt" | undefined;
  readonly thin?: readonly (readonly [answer: Value, share: number])[] | undefined;
  readonly answerShare?: number | undefined;
  readonly output: string;
}

const defaultCount = 10;

export async function generateCommand(flags: GenerateFlags): Promise<void> {
  const { start, shard, output } = flags;
  const levels = await levelsOf(flags);
  const filter = await filterOf(flags);
  const count = flags.count ?? (flags.curriculum === undefined ? defaultCount : undefined);
  const phrasebook = (levels[0] as CurriculumLevel).source.phrasebook.name;
  const answers = new AnswerTally();
  const byLevel = new Map<string, number>();
  await withLineWriter(output, async (writer) => {
    const options = {
      start,
      ...(count !== undefined && { count }),
      ...(shard !== undefined && { shard }),
      ...(filter !== undefined && { filter }),
    };
    for await (const { level: stretch, part, problem } of drawProblems(levels, options)) {
      answers.add(problem.answer);
      const level = flags.curriculum === undefined ? part : stretch;
      if (level !== undefined) byLevel.set(level, (byLevel.get(level) ?? 0) + 1);
      await writer.write({ ...problem, phrasebook, ...(level !== undefined && { level }) });
    }
  });
  // What a shard drew to know what stands before it was left out of other shards.
  process.stderr.write(
    `${[summary(answers), counts("levels", byLevel), leftOut(shard === undefined ? filter : undefined)].filter(Boolean).join("; ")}\n`,
  );
}

/** One endless level, or those of a curriculum. */
async function levelsOf(flags: GenerateFlags): Promise<CurriculumLevel[]> {
  const { mix, curriculum, level: own = [], seed } = flags;
  if (mix === undefined && curriculum === undefined) {
    if (own.length > 0)
      throw new BridgeError("invalid-option", "--level names a level for --mix or --curriculum; give one of these, or --set");
    return [{ name: "all", source: await sourceFromFlags(flags) }];
  }
  const find = await levelsOfTask(flags.task, own);
  if (curriculum !== undefined) {
    const levels: CurriculumLevel[] = [];
    if (flags.count === undefined && curriculum.at(-1)?.[1] === undefined) {
      throw new BridgeError("invalid-option", "the last level of the curriculum has no end; give it a number of problems, or give --count");
    }
    for (const [name, problems] of curriculum) {
      levels.push({ name, source: await levelSource(flags, find, name), ...(problems !== undefined && { problems }) });
    }
    return levels;
  }
  const parts: MixturePart[] = [];
  for (const [name, weight] of mix ?? []) parts.push({ name, weight, source: await levelSource(flags, find, name) });
  return [{ name: "mixture", source: mixture(parts, { seed }) }];
}

/** The source of a level: its options over those of the other flags. */
function levelSource(flags: GenerateFlags, find: LevelFinder, name: string): Promise<ProblemSource> {
  return sourceFromFlags(flags, find(name));
}

async function filterOf(flags: GenerateFlags): Promise<ProblemFilter | undefined> {
  const { distinct = false, except = [], by, thin = [], answerShare, seed } = flags;
  if (by !== undefined && !distinct && except.length === 0) {
    throw new BridgeError("invalid-option", "--by says what --distinct and --except compare; give one of these too");
  }
  if (!distinct && except.length === 0 && thin.length === 0 && answerShare === undefined) return undefined;
  const key = by === "prompt" ? "prompt" : "structureHash";
  const thinned = thin.map(([answer, keep]) => ({ answer, keep, seed }));
  const filter = new ProblemFilter({ distinct, by: key, thin: thinned, ...(answerShare !== undefined && { answerShare }) });
  for (const path of except) {
    let row = 0;
    for await (const { prompt, structureHash } of readAnyRows(path)) {
      row++;
      if (key === "structureHash" && structureHash === undefined) {
        throw new BridgeError(
          "invalid-file",
          `${basename(path)}, row ${row} has no structureHash; compare texts instead, with --by prompt`,
        );
      }
      filter.exclude({ prompt, structureHash: structureHash ?? "" });
    }
  }
  return filter;
}

function summary(answers: AnswerTally): string {
  const { count, constant, constantShare, zeroShare } = answers.summary();
  if (count === 0) return "0 problems";
  return `${count} problems; always saying ${String(constant)} solves ${percent(constantShare)}, ${percent(zeroShare)} of the answers are 0`;
}

function leftOut(filter: ProblemFilter | undefined): string {
  if (filter === undefined) return "";
  const reasons = Object.entries(filter.leftOut) as [LeftOutReason, number][];
  return counts("left out", new Map(reasons.filter(([, count]) => count > 0))) || "none left out";
}

function counts(title: string, found: ReadonlyMap<string, number>): string {
  return found.size === 0 ? "" : `${title}: ${[...found].map(([name, count]) => `${count} ${name}`).join(", ")}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
