import { BridgeError, type BridgeErrorCode, type Policy, type Progress, type Tracker } from "@bridge-rl/spec";
import { type SelectionOptions, selectBest } from "./select-best.js";
import { openTrainingSession, type SavedPlace, type TrainingProgress, type TrainingSessionOptions } from "./training-session.js";

/** Measures a policy while it trains. */
export interface TrainingEvaluation {
  /** Steps between two evaluations; the run also begins and ends with one. */
  readonly every: number;
  /** Logged as an event of the phase `evaluation`. Stops at the signal by throwing. */
  evaluate(context: { readonly step: number; readonly signal: AbortSignal | undefined }): Promise<Readonly<Record<string, number | null>>>;
  /** Keeps the best policy beside the checkpoints, and may end the run early. @defaultValue none */
  readonly select?: SelectionOptions | undefined;
}

/** Functions that are called as a run goes on. One that returns `stop` ends the run at the end of the step, as if that had been its last. */
export interface TrainingCallbacks {
  /** After each step. After a resume it may see a step again. */
  readonly onStep?: (step: CallbackContext) => CallbackResult;
  /** After each evaluation. */
  readonly onEvaluation?: (evaluation: CallbackContext & { readonly isBest: boolean }) => CallbackResult;
  /** After each checkpoint. */
  readonly onCheckpoint?: (checkpoint: { readonly step: number; readonly directory: string }) => void | Promise<void>;
}

export interface CallbackContext {
  readonly phase: string;
  /** Steps done. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** To look at, between two steps. */
  readonly policy: Policy;
}

type CallbackResult = undefined | "stop" | Promise<undefined | "stop">;

/** Receives how long the parts of each step took. Timings never go to a tracker: they would make two equal runs differ. */
export interface TrainingTimings {
  /** The clock, in milliseconds: `() => performance.now()`. */
  now(): number;
  report(timing: StepTiming): void;
}

/** Where the time of one step went. */
export interface StepTiming {
  readonly phase: string;
  readonly step: number;
  /** Milliseconds by part, for example `rollout`, `reward`, `train`. */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** Tokens by part, where a part works on tokens. */
  readonly tokens: Readonly<Record<string, number>>;
}

/** What every trainer lets its caller watch and steer. */
export interface TrainingControls {
  /** Receives one event every `logEvery` steps. @defaultValue none */
  readonly tracker?: Tracker | undefined;
  /** Steps between two events; the last one of `steps` always makes one. @defaultValue 1 */
  readonly logEvery?: number | undefined;
  /** Where the run saves itself and resumes from. @defaultValue none */
  readonly checkpoints?: TrainingSessionOptions<TrainingProgress>["checkpoints"];
  /** @defaultValue none */
  readonly evaluation?: TrainingEvaluation | undefined;
  /** Shows a person how far it is. @defaultValue none */
  readonly progress?: Progress | undefined;
  /** @defaultValue none */
  readonly timings?: TrainingTimings | undefined;
  /** @defaultValue none */
  readonly callbacks?: TrainingCallbacks | undefined;
  /** Stops the run at the end of the step, saved where it has checkpoints. The promise then rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** The part of a trainer's options that its loop takes. */
export function trainingControls(options: TrainingControls): TrainingControls {
  const { tracker, logEvery, checkpoints, evaluation, progress, timings, callbacks, signal } = options;
  return { tracker, logEvery, checkpoints, evaluation, progress, timings, callbacks, signal };
}

export interface TrainingLoopOptions<State extends TrainingProgress>
  extends TrainingControls,
    Omit<TrainingSessionOptions<State>, "tracker" | "checkpoints"> {
  /**
   * Takes one step. Where it throws because of the signal, the policy must be what it was before the step.
   */
  takeStep(state: State): Promise<{ readonly state: State; readonly metrics: Readonly<Record<string, number | null>> }>;
  /** What events call the step. @defaultValue the number of steps done */
  readonly eventStep?: (state: State) => number;
}

/**
 * Runs the steps of a trainer: resumes, evaluates, logs, saves, stops when asked to.
 *
 * The order at each step's end is event, checkpoint, evaluation; so a resumed run repeats the evaluation that an interruption cut off.
 * Resuming a run that had all its steps, or ended early, does nothing but load its policy; one that is given more steps goes on after its
 * last evaluation.
 *
 * @throws BridgeError `cancelled` after the signal, with what to do to go on; `run-conflict`
 */
export async function runTrainingLoop<State extends TrainingProgress>(options: TrainingLoopOptions<State>): Promise<State> {
  const { phase, steps, tracker, logEvery = 1, evaluation, progress, callbacks, signal } = options;
  const { policy, checkpoints, takeStep, eventStep = (state: State) => state.step } = options;
  for (const [name, value] of Object.entries({ steps, logEvery, "evaluation.every": evaluation?.every ?? 1 })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new BridgeError("invalid-option", `${phase}: ${name} is ${value}; use a whole number from 1`);
  }
  const session = await openTrainingSession<State>(options);
  let state = session.progress;
  if (session.complete) return state;
  let selection = session.selection;
  let isOver = session.isOver;
  let isEvaluated = session.extended;
  for (;;) {
    // Where an interrupted run goes on: before the evaluation that it will repeat.
    let saved: SavedPlace = { position: tracker === undefined ? null : tracker.position(), selection, isOver };
    try {
      await handleSignals();
      signal?.throwIfAborted();
      const isLast = isOver || state.step >= steps;
      if (evaluation !== undefined && !isEvaluated && (isLast || state.step % evaluation.every === 0)) {
        const metrics = await evaluation.evaluate({ step: state.step, signal });
        await tracker?.log({ phase: "evaluation", step: eventStep(state), metrics });
        const selected = selectBest(selection, evaluation.select, metrics, state.step);
        selection = selected.selection;
        if (selected.isBest) await checkpoints?.store.put("best", policy, selection);
        const wish = await callbacks?.onEvaluation?.({ phase, step: state.step, metrics, policy, isBest: selected.isBest });
        isOver ||= selected.isOver || wish === "stop";
      }
      if (isLast || isOver) break;
      const taken = await takeStep(state);
      state = taken.state;
      isEvaluated = false;
      if (state.step % logEvery === 0 || state.step >= steps) await tracker?.log({ phase, step: eventStep(state), metrics: taken.metrics });
      if (tracker !== undefined) saved = { position: tracker.position(), selection };
      isOver = (await callbacks?.onStep?.({ phase, step: state.step, metrics: taken.metrics, policy })) === "stop";
    } catch (error) {
      if (signal?.aborted) throw await session.saveInterrupted(state, saved, error);
      throw withStep(error, `${phase}, step ${state.step + 1} of ${steps}`);
    }
    progress?.update({ phase, done: state.step, total: steps });
    const directory = isOver ? undefined : await session.saveIfDue(state, selection);
    if (directory !== undefined) await callbacks?.onCheckpoint?.({ step: state.step, directory });
  }
  const directory = await session.saveComplete(state, selection, isOver && state.step < steps);
  if (directory !== undefined) await callbacks?.onCheckpoint?.({ step: state.step, directory });
  return state;
}

/** What went wrong in a step says which step it was. */
function withStep(error: unknown, place: string): unknown {
  const codes: readonly BridgeErrorCode[] = ["non-finite", "reward-failed", "invalid-input", "shape-mismatch"];
  if (!BridgeError.isInstance(error) || !codes.includes(error.code)) return error;
  return new BridgeError(error.code, `${place}: ${error.message}`, { cause: error });
}

/** A policy may compute without ever giving the event loop a turn, and then Ctrl-C would never arrive. */
function handleSignals(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
