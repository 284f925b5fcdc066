import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BridgeError, type Policy } from "@bridge-rl/spec";
import { lockDirectory } from "./directory-lock.js";
import { writeFailed } from "./internal/write-failed.js";

/** What a training run left behind at one step. */
export interface Checkpoint {
  readonly step: number;
  readonly directory: string;
  /** Where `policy.load` finds its part. */
  readonly policyDirectory: string;
  /** What the trainer needs besides the policy. Plain JSON. */
  readonly state: unknown;
}

export interface CheckpointStoreOptions {
  /** How many checkpoints stay, the newest ones. @defaultValue 2 */
  readonly keep?: number;
}

/** A directory of checkpoints, locked for this process until it is closed. */
export interface CheckpointStore {
  readonly directory: string;
  /** The newest whole checkpoint. */
  latest(): Checkpoint | undefined;
  /**
   * Writes a checkpoint aside and renames it, then removes what is older than `keep`. An `interim` one, as an interrupted run makes it
   * between the regular ones, goes away with the next regular one: afterwards the directory is what it had been without interruption.
   *
   * @throws BridgeError `write-failed`, for example on a full disk; nothing of it stays then, and the earlier ones do
   */
  save(checkpoint: { step: number; policy: Policy; state: unknown; interim?: boolean }): Promise<Checkpoint>;
  /** Writes a file of this name unless it is there, and returns what it holds. */
  once<State>(name: string, state: State): State;
  /** Saves a policy under this name unless it is there, and returns the directory that `policy.load` takes. */
  policyOnce(name: string, policy: Policy): Promise<string>;
  /** The directory of a policy that `policyOnce` or `put` saved under this name. */
  policyDirectory(name: string): string | undefined;
  /** Saves a policy and a state under a name such as `best`, in place of what was there; `policy.load` takes its `policy` folder. */
  put(name: string, policy: Policy, state: unknown): Promise<string>;
  close(): void;
}

const unfinished = ".unfinished-";

/**
 * Opens a directory of checkpoints for writing: `step-00000200/{policy, state.json}`.
 *
 * @throws BridgeError `run-conflict` where another living process has it open; `invalid-option` for a `keep` below 1
 */
export function createCheckpointStore(directory: string, options: CheckpointStoreOptions = {}): CheckpointStore {
  const { keep = 2 } = options;
  if (!(keep >= 1))
    throw new BridgeError("invalid-option", `keep is ${keep}, but a run can only resume from a checkpoint that stays; keep at least 1`);
  const lock = lockDirectory(directory);
  for (const name of readdirSync(directory)) if (name.startsWith(unfinished)) rmSync(join(directory, name), { recursive: true });

  async function writeAside(name: string, write: (aside: string) => Promise<void>): Promise<string> {
    const aside = join(directory, unfinished + name);
    const final = join(directory, name);
    try {
      mkdirSync(aside);
      await write(aside);
      if (existsSync(final)) remove(name);
      renameSync(aside, final);
    } catch (error) {
      throw writeFailed(final, error);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
    return final;
  }

  function put(name: string, policy: Policy, state: unknown): Promise<string> {
    return writeAside(name, async (aside) => {
      await policy.save(join(aside, "policy"));
      writeFileSync(join(aside, "state.json"), `${JSON.stringify(state, undefined, 2)}\n`);
    });
  }

  /** Renamed first, so that a crash never leaves half a checkpoint under a good name. */
  function remove(name: string): void {
    const aside = join(directory, `${unfinished}removed-${name}`);
    renameSync(join(directory, name), aside);
    rmSync(aside, { recursive: true });
  }

  return {
    directory,
    latest: () => latestCheckpoint(directory),
    async save({ step, policy, state, interim = false }) {
      const name = `${interim ? "interim" : "step"}-${String(step).padStart(8, "0")}`;
      await put(name, policy, state);
      const found = list(directory);
      const regular = found.filter((entry) => !entry.interim);
      const superseded = interim
        ? []
        : [...found.filter((entry) => entry.interim), ...regular.slice(0, Math.max(0, regular.length - keep))];
      for (const entry of superseded) remove(entry.name);
      return read(directory, { name, step, interim });
    },
    once(name, state) {
      const path = join(directory, name);
      if (!existsSync(path)) {
        writeFileSync(join(directory, unfinished + name), `${JSON.stringify(state, undefined, 2)}\n`);
        renameSync(join(directory, unfinished + name), path);
      }
      return JSON.parse(readFileSync(path, "utf8"));
    },
    async policyOnce(name, policy) {
      const path = join(directory, name);
      if (!existsSync(path)) await writeAside(name, (aside) => policy.save(join(aside, "policy")));
      return join(path, "policy");
    },
    policyDirectory: (name) => (existsSync(join(directory, name)) ? join(directory, name, "policy") : undefined),
    put,
    close: () => lock.release(),
  };
}

/** The newest whole checkpoint of a directory, which another process may be writing to. */
export function latestCheckpoint(directory: string): Checkpoint | undefined {
  if (!existsSync(directory)) return undefined;
  const newest = list(directory).at(-1);
  return newest && read(directory, newest);
}

interface Entry {
  readonly name: string;
  readonly step: number;
  readonly interim: boolean;
}

/** Whole checkpoints, oldest first; of two at one step the regular one last. */
function list(directory: string): Entry[] {
  const entries = readdirSync(directory).flatMap((name): Entry[] => {
    const match = /^(step|interim)-(\d+)$/.exec(name);
    return match === null ? [] : [{ name, step: Number(match[2]), interim: match[1] === "interim" }];
  });
  return entries.sort((one, other) => one.step - other.step || Number(other.interim) - Number(one.interim));
}

function read(directory: string, { name, step }: Entry): Checkpoint {
  const path = join(directory, name, "state.json");
  try {
    return {
      step,
      directory: join(directory, name),
      policyDirectory: join(directory, name, "policy"),
      state: JSON.parse(readFileSync(path, "utf8")),
    };
  } catch (error) {
    throw new BridgeError("invalid-file", `${path} can't be read as a checkpoint's state; remove ${name} to resume from the one before`, {
      cause: error,
    });
  }
}
