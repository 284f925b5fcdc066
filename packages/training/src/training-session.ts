import { BridgeError, type Policy, type Tracker, type TrackerPosition } from "@bridge-rl/spec";
import type { CheckpointStore } from "./checkpoint-store.js";
import type { Selection } from "./select-best.js";

/** Where and how often a trainer saves itself. */
export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Steps between two checkpoints; the last step always makes one. */
  readonly every: number;
}

/** How far a run has come: how many steps are done, and whatever else a trainer needs to go on. Plain JSON. */
export interface TrainingProgress {
  readonly step: number;
}

/** What an interrupted run goes on with besides its progress. */
export interface SavedPlace {
  /** Where the tracker stood at the step's end, before an evaluation that the resumed run will repeat. */
  readonly position: TrackerPosition | null;
  /** The best evaluation until then. */
  readonly selection: Selection | null;
  /** Whether a callback had made this step the last one. @defaultValue false */
  readonly isOver?: boolean;
}

/** A run that may have been interrupted before. */
export interface TrainingSession<Progress extends TrainingProgress> {
  /** Where to go on; the policy and the tracker already stand there. */
  readonly progress: Progress;
  /** The best evaluation so far. */
  readonly selection: Selection | null;
  /** Whether an earlier process did all the steps, or ended early. */
  readonly complete: boolean;
  /** Whether an earlier process did all the steps there were then, and evaluated after the last one: the run was made longer since. */
  readonly extended: boolean;
  /** Whether a callback had made the step that the run goes on from its last one, before the run was interrupted. */
  readonly isOver: boolean;
  /** Saves where it is time to: every `every` steps. Returns where it did. */
  saveIfDue(progress: Progress, selection?: Selection | null): Promise<string | undefined>;
  /** Saves the end of the run; `early` says that it ended before its last step, and stays so. */
  saveComplete(progress: Progress, selection?: Selection | null, early?: boolean): Promise<string | undefined>;
  /**
   * Saves a run that somebody stopped.
   *
   * @returns the error to throw, which says how to go on
   */
  saveInterrupted(progress: Progress, place: SavedPlace, cause: unknown): Promise<BridgeError>;
}

export interface TrainingSessionOptions<Progress extends TrainingProgress> {
  /** Names the run in messages. */
  readonly phase: string;
  readonly policy: Policy;
  readonly tracker?: Tracker | undefined;
  readonly checkpoints?: CheckpointOptions | undefined;
  /** Everything that decides the run's numbers, plain JSON: a run only resumes under the settings it began with. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Steps of the whole run. Not among the settings, so that a finished run can be made longer. */
  readonly steps: number;
  readonly initial: Progress;
}

interface SavedState<Progress> {
  readonly progress: Progress;
  readonly tracker: TrackerPosition | null;
  readonly complete: boolean;
  /** Ended before its last step. */
  readonly early?: true;
  /** Interrupted after a callback had ended it, and before its last evaluation was through. */
  readonly over?: true;
  readonly selection?: Selection;
}

/**
 * Begins a training run, or takes it up where its last checkpoint left it: loads the policy and rewinds the tracker.
 *
 * @throws BridgeError `run-conflict` where the checkpoints were made under other settings
 */
export async function openTrainingSession<Progress extends TrainingProgress>(
  options: TrainingSessionOptions<Progress>,
): Promise<TrainingSession<Progress>> {
  const { phase, policy, tracker, checkpoints, settings, steps, initial } = options;
  const currentPosition = (): TrackerPosition | null => (tracker === undefined ? null : tracker.position());
  if (checkpoints === undefined) {
    return {
      progress: initial,
      selection: null,
      complete: false,
      extended: false,
      isOver: false,
      async saveIfDue() {
        return undefined;
      },
      async saveComplete() {
        return undefined;
      },
      async saveInterrupted({ step }, _place, cause) {
        return new BridgeError(
          "cancelled",
          `${phase} stopped after ${step} of ${steps} steps, and nothing was saved: it has no checkpoints`,
          { cause },
        );
      },
    };
  }
  const { store, every } = checkpoints;
  if (!(Number.isInteger(every) && every >= 1))
    throw new BridgeError("invalid-option", `checkpoints every ${every} steps can't be; use 1 or more`);
  const begin = store.once("begin.json", { phase, settings, tracker: currentPosition() });
  refuseOtherSettings(begin, { phase, settings }, store.directory);
  const latest = store.latest();
  const state =
    latest === undefined ? { progress: initial, tracker: begin.tracker, complete: false } : (latest.state as SavedState<Progress>);
  const complete = state.complete && (state.progress.step >= steps || state.early === true);
  if (latest !== undefined) await policy.load(latest.policyDirectory);
  if (!complete && tracker !== undefined && state.tracker !== null) await tracker.rewind(state.tracker);

  async function save(progress: Progress, place: SavedPlace, ending: { complete: boolean; early?: true; interim?: true }): Promise<string> {
    await tracker?.flush();
    const { interim = false, ...end } = ending;
    const over = place.isOver === true ? ({ over: true } as const) : {};
    const selection = place.selection === null ? {} : { selection: place.selection };
    const saved: SavedState<Progress> = { progress, tracker: place.position, ...end, ...over, ...selection };
    const { directory } = await store.save({ step: progress.step, policy, state: saved, interim });
    return directory;
  }

  return {
    progress: state.progress,
    selection: state.selection ?? null,
    complete,
    extended: state.complete && !complete,
    isOver: state.over === true,
    async saveIfDue(progress, selection = null) {
      if (progress.step % every !== 0 || progress.step >= steps) return undefined;
      return save(progress, { position: currentPosition(), selection }, { complete: false });
    },
    async saveComplete(progress, selection = null, early = false) {
      return save(progress, { position: currentPosition(), selection }, { complete: true, ...(early ? { early } : {}) });
    },
    async saveInterrupted(progress, place, cause) {
      const directory = await save(progress, place, { complete: false, interim: true });
      return new BridgeError(
        "cancelled",
        `${phase} stopped after ${progress.step} of ${steps} steps and is saved in ${directory}; start it again with the same settings to go on`,
        { cause },
      );
    },
  };
}

function refuseOtherSettings(
  begin: { phase: string; settings: Readonly<Record<string, unknown>> },
  now: { phase: string; settings: Readonly<Record<string, unknown>> },
  directory: string,
): void {
  const before: Record<string, unknown> = { phase: begin.phase, ...begin.settings };
  const after: Record<string, unknown> = { phase: now.phase, ...now.settings };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differences = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (differences.length === 0) return;
  const told = differences.map((name) => `${name} was ${JSON.stringify(before[name])} and is ${JSON.stringify(after[name])}`);
  throw new BridgeError(
    "run-conflict",
    `${directory} holds a run with other settings (${told.join("; ")}); set them back to resume it, or use another directory`,
  );
}
