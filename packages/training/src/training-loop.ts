import { BridgeError, type Progress, type Tracker } from "@bridge-rl/spec";
import { openTrainingSession, type TrainingProgress, type TrainingSessionOptions } from "./training-session.js";

/** Measures a policy while it trains. */
export interface TrainingEvaluation {
  /** Steps between two evaluations; the run also begins and ends with one. */
  readonly every: number;
  /** Logged as an event of the phase `evaluation`. Stops at the signal by throwing. */
  evaluate(context: { readonly step: number; readonly signal: AbortSignal | undefined }): Promise<Readonly<Record<string, number | null>>>;
}

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
  /** Steps between two events; the last step always makes one. @defaultValue 1 */
  readonly logEvery?: number | undefined;
  /** Where the run saves itself and resumes from. @defaultValue none */
  readonly checkpoints?: TrainingSessionOptions<TrainingProgress>["checkpoints"];
  /** @defaultValue none */
  readonly evaluation?: TrainingEvaluation | undefined;
  /** Shows a person how far it is. @defaultValue none */
  readonly progress?: Progress | undefined;
  /** @defaultValue none */
  readonly timings?: TrainingTimings | undefined;
  /** Stops the run at the end of the step, saved where it has checkpoints. The promise then rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** The part of a trainer's options that its loop takes. */
export function trainingControls(options: TrainingControls): TrainingControls {
  const { tracker, logEvery, checkpoints, evaluation, progress, timings, signal } = options;
  return { tracker, logEvery, checkpoints, evaluation, progress, timings, signal };
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
 * Resuming a run that had all its steps does nothing but load its policy.
 *
 * @throws BridgeError `cancelled` after the signal, with what to do to go on; `run-conflict`
 */
export async function runTrainingLoop<State extends TrainingProgress>(options: TrainingLoopOptions<State>): Promise<State> {
  const { phase, steps, tracker, logEvery = 1, evaluation, progress, signal, takeStep, eventStep = (state: State) => state.step } = options;
  for (const [name, value] of Object.entries({ steps, logEvery, "evaluation.every": evaluation?.every ?? 1 })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new BridgeError("invalid-option", `${phase}: ${name} is ${value}; use a whole number from 1`);
  }
  const session = await openTrainingSession<State>(options);
  let state = session.progress;
  if (session.complete) return state;
  for (;;) {
    let position = tracker === undefined ? null : tracker.position();
    try {
      await handleSignals();
      signal?.throwIfAborted();
      const isLast = state.step >= steps;
      if (evaluation !== undefined && (isLast || state.step % evaluation.every === 0)) {
        const metrics = await evaluation.evaluate({ step: state.step, signal });
        await tracker?.log({ phase: "evaluation", step: eventStep(state), metrics });
      }
      if (isLast) break;
      const taken = await takeStep(state);
      state = taken.state;
      if (state.step % logEvery === 0 || state.step >= steps) await tracker?.log({ phase, step: eventStep(state), metrics: taken.metrics });
      if (tracker !== undefined) position = tracker.position();
    } catch (error) {
      if (signal?.aborted) throw await session.saveInterrupted(state, position, error);
      if (BridgeError.isInstance(error) && error.code === "non-finite") {
        throw new BridgeError("non-finite", `${phase}, step ${state.step + 1} of ${steps}: ${error.message}`, { cause: error });
      }
      throw error;
    }
    progress?.update({ phase, done: state.step, total: steps });
    await session.saveIfDue(state);
  }
  await session.saveComplete(state);
  return state;
}

/** A policy may compute without ever giving the event loop a turn, and then Ctrl-C would never arrive. */
function handleSignals(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
