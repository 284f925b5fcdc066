import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError, type RunEvent } from "@bridge-rl/spec";
import { parseJson, parseJsonLines } from "./internal/parse-file.js";
import {
  type EvaluationRecord,
  evaluationsFileSchema,
  type InfluenceFile,
  influenceFileSchema,
  type RolloutSample,
  type RunArm,
  type RunFile,
  type RunStage,
  rolloutSampleSchema,
  runEventSchema,
  runFileSchema,
  type SummaryFile,
  summaryFileSchema,
} from "./run-files.js";

/** The files of one arm with one seed; empty where the arm has no such file. */
export interface ArmRun extends RunArm {
  readonly events: readonly RunEvent[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly rollouts: Readonly<Partial<Record<RunStage, readonly RolloutSample[]>>>;
  readonly influence: Readonly<Partial<Record<RunStage, InfluenceFile>>>;
}

/** A run directory, read and checked. */
export interface Run {
  readonly file: RunFile;
  readonly summary: SummaryFile | undefined;
  readonly arms: readonly ArmRun[];
  /** What the run does not have, or what could not be used, one sentence each. */
  readonly notes: readonly string[];
}

const stages: readonly RunStage[] = ["base", "sft", "grpo"];

/**
 * Reads a run directory and checks every file against its format.
 *
 * Only `run.json` and one of the directories it names have to be there; an arm that has not begun, or a part that is absent, is named in
 * `notes`. A last line of
 * `events.jsonl` that was still being written is left out and noted.
 *
 * @throws BridgeError `missing-file` without `run.json` or any arm's directory; `invalid-file` with the file, the place and the
 *   reason where a file does not fit its format
 */
export async function readRun(directory: string): Promise<Run> {
  const path = join(directory, "run.json");
  const text = await readOptional(path);
  if (text === undefined) {
    throw new BridgeError(
      "missing-file",
      `${path} is missing, so ${directory} is no run directory; pass the directory that \`bridge run\` wrote, for example runs/quickstart`,
    );
  }
  const file = parseJson(text, path, runFileSchema);
  const notes: string[] = [];
  const summaryPath = join(directory, "summary.json");
  const summaryText = await readOptional(summaryPath);
  if (summaryText === undefined) notes.push("summary.json is not there yet, so the page gives no times.");
  const summary = summaryText === undefined ? undefined : parseJson(summaryText, summaryPath, summaryFileSchema);
  const present = await Promise.all(file.arms.map((arm) => isDirectory(join(directory, arm.directory))));
  const [first] = file.arms;
  if (first !== undefined && !present.includes(true)) {
    throw new BridgeError(
      "missing-file",
      `${join(directory, first.directory)} is missing, but run.json lists it as arm ${first.name} with seed ${first.seed}, and so are all others; resume the run or remove the arms from run.json`,
    );
  }
  const arms: ArmRun[] = [];
  for (const [index, arm] of file.arms.entries()) {
    if (present[index]) arms.push(await readArm(directory, arm, notes));
    else notes.push(`${arm.name}, seed ${arm.seed} has not begun: there is no ${arm.directory} yet.`);
  }
  return { file, summary, arms, notes };
}

async function readArm(runDirectory: string, arm: RunArm, notes: string[]): Promise<ArmRun> {
  const directory = join(runDirectory, arm.directory);
  const label = `${arm.name}, seed ${arm.seed}`;
  const lacking: string[] = [];
  const read = async (name: string): Promise<{ path: string; text: string } | undefined> => {
    const path = join(directory, name);
    const text = await readOptional(path);
    return text === undefined ? undefined : { path, text };
  };

  const eventsFile = await read("events.jsonl");
  if (!eventsFile) lacking.push("events.jsonl");
  const events = eventsFile
    ? parseJsonLines(eventsFile.text, eventsFile.path, runEventSchema, "drop-torn-line")
    : { rows: [], torn: false };
  if (events.torn) notes.push(`The last line of events.jsonl of ${label} is incomplete and was left out: the run was still writing.`);

  const evaluationsFile = await read("evaluations.json");
  if (!evaluationsFile) lacking.push("evaluations.json");
  const evaluations = evaluationsFile ? parseJson(evaluationsFile.text, evaluationsFile.path, evaluationsFileSchema) : [];

  const present = await readdir(directory);
  const rollouts: Partial<Record<RunStage, readonly RolloutSample[]>> = {};
  const influence: Partial<Record<RunStage, InfluenceFile>> = {};
  for (const stage of stages) {
    const samples = await read(join("samples", `rollouts-${stage}.jsonl`));
    if (samples) rollouts[stage] = parseJsonLines(samples.text, samples.path, rolloutSampleSchema).rows;
    else if (stage !== "base") lacking.push(`samples/rollouts-${stage}.jsonl`);
    const measured = await read(`influence-${stage}.json`);
    if (measured) influence[stage] = parseJson(measured.text, measured.path, influenceFileSchema);
  }
  if (!present.some((name) => /^influence-.+\.json$/.test(name))) lacking.push("influence-sft.json");
  if (lacking.length > 0) notes.push(`${label} has no ${listed(lacking)}; what they would show is left out for it.`);
  return { ...arm, events: events.rows, evaluations, rollouts, influence };
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    (error: unknown) => absent(error, false),
  );
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(", ")} and no ${names.at(-1)}`;
}

async function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => absent(error, undefined));
}

/** What stands for a file that is not there; any other failure stays one. */
function absent<T>(error: unknown, value: T): T {
  if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return value;
  throw error;
}
