/** One record of a run. `step` counts optimiser steps of its phase. */
export interface RunEvent {
  /** `sft`, `grpo`, `evaluation`, … */
  readonly phase: string;
  readonly step: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** A place in what a tracker has received, as plain JSON: a fan-out has one for each tracker it feeds. */
export type TrackerPosition = number | readonly TrackerPosition[];

/** Receives what a run measures. Wall-clock times never go through it: they would make two equal runs differ. */
export interface Tracker {
  log(event: RunEvent): void | Promise<void>;
  /** Nothing logged so far may be lost after it resolves. */
  flush(): Promise<void>;
  /** Where the next event goes. Checkpoints keep it. */
  position(): TrackerPosition;
  /** Forgets everything after a position, so that a resumed run goes on to the same bytes. @throws BridgeError `invalid-input` for a position it never had */
  rewind(position: TrackerPosition): Promise<void>;
}

/** Tells a person how far long work has come. Never written to run files. */
export interface Progress {
  update(progress: { phase: string; done: number; total: number; message?: string }): void;
}
