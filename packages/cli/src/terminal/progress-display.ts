import type { Progress } from "@bridge-rl/spec";
import { formatRate, formatSeconds } from "./format-time.js";

/** Shows how far one or several jobs have come. */
export interface ProgressDisplay {
  /** The bar of a job, made on first use. A display of a single job may name it "". */
  job(name: string): Progress;
  /** Prints a line that stays. */
  say(line: string): void;
  /** Takes the bars away. */
  close(): void;
}

export interface ProgressDisplayOptions {
  /** @defaultValue process.stderr, so that a pipe's data stays clean */
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** Bars that move, instead of a plain line now and then. @defaultValue whether the stream is a terminal and `CI` is not set */
  readonly interactive?: boolean;
  /** @defaultValue whether it is interactive and `NO_COLOR` is not set */
  readonly colors?: boolean;
  /** Seconds between two plain lines of a job. @defaultValue 10 */
  readonly plainInterval?: number;
  /** Milliseconds of a clock that never goes back. @defaultValue performance.now */
  readonly now?: () => number;
}

interface JobState {
  readonly name: string;
  phase: string;
  done: number;
  total: number;
  message: string;
  /** When the phase began here, and how much of it an earlier process had done. */
  phaseStart: number;
  doneBefore: number;
  lastPlain: number;
}

const redrawInterval = 100;

/** Draws progress on standard error: bars with rate and time left on a terminal, plain lines elsewhere. */
export function createProgressDisplay(options: ProgressDisplayOptions = {}): ProgressDisplay {
  const { stream = process.stderr, now = () => performance.now(), plainInterval = 10 } = options;
  const { interactive = stream.isTTY === true && !process.env.CI } = options;
  const { colors = interactive && !process.env.NO_COLOR } = options;
  const jobs = new Map<string, JobState>();
  let drawnLines = 0;
  let lastDraw = Number.NEGATIVE_INFINITY;

  const erase = () => {
    if (drawnLines > 0) stream.write(`\u001b[${drawnLines}A\u001b[0J`);
    drawnLines = 0;
  };
  const draw = () => {
    erase();
    const width = (stream.columns || 80) - 1; // some terminals say 0
    const visible = [...jobs.values()].filter((job) => job.done < job.total);
    for (const job of visible) stream.write(`${barLine(job, { now: now(), width, colors })}\n`);
    drawnLines = visible.length;
    lastDraw = now();
  };
  const update = (job: JobState, { phase, done, total, message = "" }: Parameters<Progress["update"]>[0]) => {
    const isNew = job.phase !== phase;
    if (isNew) Object.assign(job, { phase, phaseStart: now(), doneBefore: done, lastPlain: now() });
    Object.assign(job, { done, total, message });
    const complete = done >= total;
    if (interactive) {
      if (isNew || complete || now() - lastDraw >= redrawInterval) draw();
    } else if (complete || now() - job.lastPlain >= plainInterval * 1000) {
      job.lastPlain = now();
      stream.write(`${plainLine(job, now())}\n`);
    }
  };

  return {
    job(name) {
      const known = jobs.get(name);
      const job = known ?? { name, phase: "", done: 0, total: 0, message: "", phaseStart: now(), doneBefore: 0, lastPlain: now() };
      jobs.set(name, job);
      return { update: (progress) => update(job, progress) };
    },
    say(line) {
      erase();
      stream.write(`${line}\n`);
      if (interactive) draw();
    },
    close() {
      erase();
      jobs.clear();
    },
  };
}

function titleOf({ name, phase }: JobState): string {
  return name === "" ? phase : `${name}: ${phase}`;
}

function rateOf({ done, doneBefore, phaseStart }: JobState, now: number): number {
  const seconds = (now - phaseStart) / 1000;
  return seconds > 0 ? (done - doneBefore) / seconds : 0;
}

function plainLine(job: JobState, now: number): string {
  const rate = rateOf(job, now);
  const { done, total, message } = job;
  const time = done >= total ? `in ${formatSeconds((now - job.phaseStart) / 1000)}` : timeLeft(job, rate);
  return [`${titleOf(job)} ${done}/${total}`, rate > 0 ? formatRate(rate) : "", time, message].filter((part) => part !== "").join(", ");
}

function timeLeft({ done, total }: JobState, rate: number): string {
  return rate > 0 ? `${formatSeconds((total - done) / rate)} left` : "";
}

/** Title, bar and numbers in one line; the bar gives way first, then the numbers are cut. */
function barLine(job: JobState, { now, width, colors }: { now: number; width: number; colors: boolean }): string {
  const rate = rateOf(job, now);
  const { done, total, message } = job;
  const title = titleOf(job).padEnd(24);
  const parts = [`${done}/${total}`, rate > 0 ? formatRate(rate) : "", timeLeft(job, rate), message];
  const numbers = parts.filter((part) => part !== "").join("  ");
  const barWidth = Math.max(0, Math.min(24, width - title.length - numbers.length - 2));
  const filled = total > 0 ? Math.floor((done / total) * barWidth) : 0;
  const rest = "░".repeat(barWidth - filled);
  const bar = "█".repeat(filled) + (colors ? `\u001b[2m${rest}\u001b[22m` : rest);
  const room = Math.max(0, width - title.length - barWidth - 2);
  return `${title.slice(0, width)} ${bar} ${numbers.slice(0, room)}`.slice(0, width + (colors ? 9 : 0));
}
