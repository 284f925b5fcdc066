import type { Finding, FindingKind, Value, Verification, VerifiedBehaviors, VerifiedStep, VerifiedStepKind } from "@bridge-rl/spec";

const counters = {
  restate: ["restatements", "correctRestatements"],
  check: ["checks", "correctChecks"],
  plan: ["plans", "correctPlans"],
  estimate: ["estimates", "correctEstimates"],
  retract: ["retractions", "correctRetractions"],
} as const;

/** A step that claims something of a quantity which it neither derives nor attempts. */
export type ClaimKind = keyof typeof counters;

/** Notes what a verifier finds while it follows a solution, statement by statement, and makes the judgement of it. */
export class VerificationRecord<Kind extends FindingKind, StepKind extends VerifiedStepKind, Counts extends VerifiedBehaviors> {
  readonly #findings: Finding<Kind>[] = [];
  readonly #steps: VerifiedStep<StepKind>[] = [];
  readonly #behaviors: Counts;
  readonly #counts: { -readonly [name in keyof VerifiedBehaviors]: number };
  readonly #notes: readonly FindingKind[];
  /** Attempts that were right and wait for a derivation. */
  #openAttempts = 0;
  #errors = 0;
  #errorsBefore = 0;

  /**
   * @param behaviors  counts to begin with, in the order in which they are to be written; they are counted up in place
   * @param notes      kinds of findings that leave a solution valid
   */
  constructor(behaviors: Counts, notes: readonly FindingKind[] = ["unnecessary-step"]) {
    this.#behaviors = behaviors;
    this.#counts = behaviors;
    this.#notes = notes;
  }

  /** Whether no error was found so far. */
  get isSound(): boolean {
    return this.#errors === 0;
  }

  /** @param whole  whether it concerns the whole solution rather than the statement at hand */
  report(kind: Kind, message: string, start: number, end: number, whole = false): void {
    const severity = this.#notes.includes(kind) ? "note" : "error";
    if (severity === "error") this.#errors++;
    this.#findings.push({ kind, severity, message, start, end, ...(whole ? {} : { step: this.#steps.length }) });
  }

  /** Ends the statement at hand; what was reported since the last one belongs to it. */
  endStep(kind: StepKind, start: number, end: number, node: number | undefined): void {
    const correct = this.#errors === this.#errorsBefore;
    this.#errorsBefore = this.#errors;
    this.#steps.push({ kind, start, end, ...(node === undefined ? {} : { node }), correct });
  }

  countClaim(kind: ClaimKind, holds: boolean): void {
    const [all, correct] = counters[kind];
    this.#counts[all]++;
    if (holds) this.#counts[correct]++;
  }

  /** A right attempt counts as successful once a derivation follows. */
  countAttempt(isRight: boolean): void {
    this.#counts.attempts++;
    if (isRight) this.#openAttempts++;
  }

  countDerivation(isStepwise: boolean): void {
    if (isStepwise) this.#counts.stepwise++;
    this.#counts.successfulAttempts += this.#openAttempts;
    this.#openAttempts = 0;
  }

  /** The last derivation that ended. */
  lastDerivation(): VerifiedStep<StepKind> | undefined {
    return this.#steps.findLast(({ kind }) => kind === "derive");
  }

  /**
   * The judgement on all that was noted.
   *
   * @param share  of the necessary quantities, those derived before the first error
   */
  verification<Answer extends Value>(
    answer: Answer | undefined,
    share: number,
  ): Verification<Kind, StepKind> & { readonly behaviors: Counts; readonly answer?: Answer } {
    return {
      valid: this.isSound,
      findings: this.#findings.sort((one, other) => one.start - other.start),
      steps: this.#steps,
      behaviors: this.#behaviors,
      ...(answer === undefined ? {} : { answer }),
      progress: this.isSound ? 1 : share,
    };
  }
}
