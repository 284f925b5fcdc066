/** One record of a run. `step` counts optimiser steps of its phase. */
export interface RunEvent {
  /** `sft`, `grpo`, `evaluation`, … */
  readonly phase: string;
  readonly step: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Receives what a run measures. Wall-clock times never go through it: they would make two equal runs differ. */
export interface Tracker {
  log(event: RunEvent): void | Promise<void>;
  /** Nothing logged so far may be lost after it resolves. */
  flush(): Promise<void>;
}

/** Tells a person how far long work has come. Never written to run files. */
export interface Progress {
  update(progress: { phase: string; done: number; total: number; message?: string }): void;
}
