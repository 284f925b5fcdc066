import type { Loss, Policy, TrainingRow } from "@bridge-rl/spec";
import { type OptimizerOptions, resolveOptimizer, runTrainingLoop, type TrainingControls } from "@bridge-rl/training";
import type { EncodedSupervised } from "../encode-supervised.js";
import { supervisedLoss } from "../supervised-loss.js";

export interface TrainOnBatchesOptions extends TrainingControls {
  readonly phase: string;
  readonly policy: Policy;
  readonly steps: number;
  readonly optimizer: OptimizerOptions;
  /** Decides the run's numbers, besides the optimiser. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The batch of a step, counted from 0. Always the same for the same step. */
  batch(step: number): readonly EncodedSupervised[] | Promise<readonly EncodedSupervised[]>;
}

/** How far supervised training has come. */
export interface SupervisedProgress {
  /** Optimiser steps taken. */
  readonly step: number;
  /** Tokens read so far, prompts included. */
  readonly tokens: number;
}

/** The loop of SFT and pretraining: one batch, one pass, one optimiser step. */
export async function trainOnBatches(options: TrainOnBatchesOptions): Promise<SupervisedProgress> {
  const { phase, policy, steps, optimizer: optimizerOptions, settings, batch, ...controls } = options;
  const { timings, signal } = controls;
  const optimizer = resolveOptimizer(optimizerOptions, steps);
  const now = () => timings?.now() ?? 0;
  const prepare = async (step: number): Promise<PreparedBatch> => prepareBatch(await batch(step));
  let ahead: { readonly step: number; readonly batch: Promise<PreparedBatch> } | undefined;

  return runTrainingLoop<SupervisedProgress>({
    ...controls,
    phase,
    policy,
    steps,
    settings: { ...settings, optimizer: optimizer.settings },
    initial: { step: 0, tokens: 0 },
    async takeStep({ step, tokens }) {
      const began = now();
      const current = await (ahead?.step === step ? ahead.batch : prepare(step));
      const ready = now();
      const pass = policy.forwardBackward(current.rows, current.loss, signal === undefined ? {} : { signal });
      // A policy that works in another thread leaves this one free to make the next batch meanwhile.
      ahead = step + 1 < steps ? { step: step + 1, batch: throwingLater(prepare(step + 1)) } : undefined;
      const { loss, metrics } = await pass;
      const update = optimizer.at(step);
      const { gradientNorm } = await policy.optimizerStep(update);
      const milliseconds = { data: ready - began, train: now() - ready };
      timings?.report({ phase, step: step + 1, milliseconds, tokens: { train: current.tokens } });
      const state: SupervisedProgress = { step: step + 1, tokens: tokens + current.tokens };
      return {
        state,
        metrics: { loss, grad_norm: gradientNorm, learning_rate: update.learningRate, num_tokens: state.tokens, ...metrics },
      };
    },
  });
}

interface PreparedBatch {
  readonly rows: readonly TrainingRow[];
  readonly loss: Loss;
  readonly tokens: number;
}

function prepareBatch(examples: readonly EncodedSupervised[]): PreparedBatch {
  const labelNames = [...new Set(examples.flatMap(({ labels }) => labels))].sort();
  const positions = new Map(labelNames.map((name, position) => [name, position]));
  const rows = examples.map(({ row }) => row);
  const loss = supervisedLoss({
    weights: examples.map(({ weights }) => weights),
    labels: examples.map(({ labels }) => Int32Array.from(labels, (label) => positions.get(label) as number)),
    labelNames,
  });
  return { rows, loss, tokens: rows.reduce((total, { promptIds, completionIds }) => total + promptIds.length + completionIds.length, 0) };
}

/** What goes wrong in a batch made ahead is thrown when its step comes, not before. */
function throwingLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
