import type { RejectionSamplingOptions } from "@bridge-rl/behaviors";
import type { CurriculumStage, TrainGrpoOptions, WeightedReward } from "@bridge-rl/grpo";
import type { LocalPolicyOptions, LoraOptions } from "@bridge-rl/models";
import type { ProviderName } from "@bridge-rl/runtime-onnx";
import type { TrainSftOptions } from "@bridge-rl/sft";
import type {
  Behavior,
  Demonstration,
  Phrasebook,
  Policy,
  Problem,
  ProblemSource,
  Reward,
  SamplingOptions,
  Tokenizer,
  Tracker,
} from "@bridge-rl/spec";
import type { OptimizerOptions, SelectionOptions, TrainingCallbacks } from "@bridge-rl/training";
import type { Stages } from "./stages.js";

/** What problems are for. No two purposes share a problem; training and evaluation share no solution template either. */
export type ProblemPurpose = "sft" | "grpo" | "influence" | "in-distribution" | "out-of-distribution";

/** Problems and how answers are judged. */
export interface Task {
  readonly name: string;
  /** What decides its problems. Plain JSON; a run under other options is another run. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Undefined where the task has no problems for a purpose, which then is left out of the run.
   *
   * @param over  laid over the task's own options: those of a stage of `grpo.curriculum`. A task that knows none may leave it out
   */
  problems(purpose: ProblemPurpose, seed: number, over?: Readonly<Record<string, unknown>>): ProblemSource | undefined;
}

/** A task made of one problem source. */
export interface TaskConfig {
  /** `igsm`, a module that exports `source`, or a function that makes a source. @defaultValue "igsm" */
  readonly source?: string | ((options: Readonly<Record<string, unknown>>) => ProblemSource);
  /** The source's options. A run adds `seed` and `split`. @defaultValue {} */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Laid over `options` for training problems alone, for example to train on a wider range than is asked. @defaultValue {} */
  readonly training?: Readonly<Record<string, unknown>>;
  /** Laid over `options` for the harder evaluation. @defaultValue absent: there is none */
  readonly outOfDistribution?: Readonly<Record<string, unknown>>;
}

/** A short name (`reflection`), a module, either with options, or a behaviour itself. */
export type BehaviorChoice = string | readonly [name: string, options: Readonly<Record<string, unknown>>] | Behavior;

/** How one arm's demonstrations are made. Everything else is the same for all arms. */
export interface ArmConfig {
  /** Injected in this order. @defaultValue [], the vanilla demonstrations */
  readonly behaviors?: readonly BehaviorChoice[];
  /** Prompts per solution: the problem's own, and re-shuffles of its premises. @defaultValue 1 */
  readonly premiseOrders?: number;
  /** Solutions per problem: the graph's own order, and random topological ones. @defaultValue 1 */
  readonly solutionOrders?: number;
  /** Learns from the base model's own right completions, instead of all of the above; without `grpo` this is rejection-sampling fine-tuning. */
  readonly rejectionSampling?: RejectionSamplingConfig;
  /** Makes an arm's demonstrations of a problem in a way of its own, instead of all of the above. */
  readonly demonstrate?: Demonstrator;
}

/** Demonstrations that the base model writes itself: of its completions of each problem, those that get the reward's maximum. */
export interface RejectionSamplingConfig extends Pick<RejectionSamplingOptions, "copies" | "right"> {
  /** Completions drawn of each problem. @defaultValue 8 */
  readonly count?: number;
  /** What they are drawn at. @defaultValue that of `sampling` */
  readonly temperature?: number;
}

/** Makes demonstrations of one problem. */
export type Demonstrator = (
  problem: Problem,
  context: { readonly phrasebook: Phrasebook; readonly seed: number },
) => readonly Demonstration[];

/** A model that is ready to be trained. */
export interface OpenModel {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  /** Writes what the opener opens again; complete or not at all. */
  save(directory: string): Promise<void>;
}

/** How a model's passes run. The numbers are the same but for rounding; `frozen` alone decides what is learned. */
export interface PassConfig extends Pick<LocalPolicyOptions, "sharePrompts" | "tokensPerRun" | "activationCheckpointing" | "frozen"> {}

/** Opens the base model, or what an earlier stage saved of it, with a fresh optimiser. */
export type ModelOpener = (from: ModelRequest) => Promise<OpenModel>;

/** Which model is opened, and for what. */
export interface ModelRequest extends PassConfig {
  readonly directory: string | undefined;
  readonly threads: number;
  /** It is opened to be trained. @defaultValue false: to be looked at */
  readonly training?: boolean;
  /** Adapters that are to be trained instead of the weights. @defaultValue none */
  readonly lora?: LoraOptions;
  /** Worker threads that share the work, each with `threads` threads. @defaultValue 1 */
  readonly workers?: number;
  /** Where the model runs. @defaultValue "cpu" */
  readonly provider?: ProviderName;
}

/** How demonstrations are learned: options of `trainSft`, and how many problems they are made from. */
export interface SftConfig extends Partial<OptimizerOptions>, Pick<TrainSftOptions, SftOptionName> {
  /** Problems to make demonstrations from, the same for all arms. @defaultValue 1000 */
  readonly problems?: number;
  /** Steps between two checkpoints. @defaultValue 50 */
  readonly checkpointEvery?: number;
  /** Checkpoints that stay, the newest ones. @defaultValue 1 */
  readonly keepCheckpoints?: number;
  /** Steps between two evaluations on a few held-out problems; 0 is never. @defaultValue 0 */
  readonly evaluateEvery?: number;
  /** As in `GrpoConfig`, by the evaluations of SFT. @defaultValue none */
  readonly select?: SelectConfig;
  /**
   * Gives every arm the budget of one: as many steps, or as many tokens to learn, over the same problems in the same order, `passes` (1) times
   * over the problems in the arm of reference. What comes of it is learnt once. @defaultValue none: each arm learns all it has, `epochs` times
   */
  readonly match?: { readonly by: "steps" | "tokens"; readonly reference: string; readonly passes?: number };
}

/** Which evaluation is the best, and what becomes of it. */
export interface SelectConfig extends SelectionOptions {
  /** The next stage, and the stage's folder in `models`, get the best policy instead of the last one. @defaultValue false */
  readonly takeBest?: boolean;
}

type SftOptionName = "batchSize" | "epochs" | "steps" | "lossOn" | "behaviorWeights" | "maxLength" | "logEvery";

/** How the policy is trained by reinforcement: options of `trainGrpo`. */
export interface GrpoConfig extends Partial<OptimizerOptions>, Pick<TrainGrpoOptions, GrpoOptionName> {
  /** Training steps. @defaultValue 100 */
  readonly steps?: number;
  /** An objective of the field, by its name; `loss` and `advantages` are laid over it. @defaultValue "trl" */
  readonly preset?: "trl" | "verl" | "drGrpo" | "dapo" | "gspo" | "bridgePaper";
  /** Steps between two checkpoints. @defaultValue 20 */
  readonly checkpointEvery?: number;
  /** Checkpoints that stay, the newest ones. @defaultValue 1 */
  readonly keepCheckpoints?: number;
  /** Steps between two evaluations on a few held-out problems; 0 is never. @defaultValue 20 */
  readonly evaluateEvery?: number;
  /** Further rewards, added to the first one by their weights. @defaultValue none */
  readonly rewards?: readonly (RewardChoice | WeightedReward)[];
  /**
   * What is trained on, stage by stage, for example from easy to hard. Each has options that are laid over the task's; it ends after its steps or once
   * its rollouts' mean accuracy over the last `window` (5) steps reaches `accuracy`. @defaultValue none: the task's training problems throughout
   */
  readonly curriculum?: readonly CurriculumStageConfig[];
  /** Keeps the best policy by a metric of the evaluations, such as `accuracy/in_distribution`, and may end training early. @defaultValue none */
  readonly select?: SelectConfig;
  /** Problems that the reward is tried on before training: gold must get the maximum, a wrong answer must not. None where the demonstrate stage is left out; 0 is none. @defaultValue 4 */
  readonly preflight?: number;
}

/** A part of GRPO with problems of its own; the last one goes on to the end. */
export interface CurriculumStageConfig extends Omit<CurriculumStage, "problems"> {
  /** Laid over the options of the task's training problems. @defaultValue {} */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A reward by its name, that is added to the first one. */
export interface RewardChoice {
  /**
   * `exact-answer`; `format`, an answer that can be read; `length`, a penalty for it (`maximum` and `cache` tokens); `steps`, how far the
   * reasoning is right (iGSM alone); or a module that exports `reward`.
   */
  readonly name: string;
  /** @defaultValue 1 */
  readonly weight?: number;
  /** The reward's own options. @defaultValue {} */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Further receivers of what each arm measures. The console and TensorBoard also get how long the parts of each step took, which `events.jsonl` never has. */
export interface TrackersConfig {
  /** Prints lines. @defaultValue false */
  readonly console?: boolean;
  /** Event files in each arm's folder `tensorboard/`. @defaultValue false */
  readonly tensorboard?: boolean;
  /** A run for each arm and seed on an MLflow server. @defaultValue none */
  readonly mlflow?: { readonly url: string /** @defaultValue "bridge-rl" */; readonly experiment?: string };
}

type GrpoOptionName =
  | "promptsPerStep"
  | "groupSize"
  | "loss"
  | "advantages"
  | "iterations"
  | "miniBatches"
  | "maskTruncated"
  | "maxBatches"
  | "inspectEvery"
  | "logEvery"
  | "maxPromptTokens"
  | "reference"
  | "rewardKl"
  | "reuseLogProbabilities"
  | "rewardPolicy"
  | "samplerCorrection"
  | "skipZeroAdvantage";

/** How completions are sampled, in GRPO, which takes no `topK`, `topP` and `minP`, and for the histograms. Evaluation is greedy. */
export interface SamplingConfig extends Pick<SamplingOptions, SamplingOptionName> {}

type SamplingOptionName = "maxTokens" | "temperature" | "topK" | "topP" | "minP" | "stop" | "precision";

/** How models are evaluated after each stage. */
export interface EvaluationConfig {
  /** Problems as hard as the training ones, and harder ones. @defaultValue 200 */
  readonly problems?: number;
  /** Decides the problems; the same for all arms and seeds. @defaultValue 0 */
  readonly seed?: number;
  /** 0 takes the likeliest tokens; 1 measures the distribution that GRPO trains. @defaultValue 0 */
  readonly temperature?: number;
  /** Problems of the evaluations during GRPO. @defaultValue 64 */
  readonly watch?: number;
  /** Also evaluates the base model, with each arm. @defaultValue false */
  readonly base?: boolean;
  /** Completions drawn of each problem besides, for accuracy and pass@k for k = 1, 2, 4 … @defaultValue 0 */
  readonly samples?: number;
  /** What they are drawn at. @defaultValue 1 */
  readonly sampleTemperature?: number;
}

/** The rollouts that accuracy histograms, samples and influence are told by, after SFT and after GRPO. */
export interface RolloutsConfig {
  /** Problems, of those that GRPO trains on. @defaultValue 64 */
  readonly problems?: number;
  /** Rollouts of each. @defaultValue 16 */
  readonly count?: number;
}

/** How influence is measured. */
export interface InfluenceConfig {
  /** After which stages. @defaultValue ["sft"] */
  readonly after?: readonly ("sft" | "grpo")[];
  /** Problems, none of them trained on, whose accuracy influence is told on. @defaultValue 32 */
  readonly targets?: number;
  /** Rollouts of each target. @defaultValue 8 */
  readonly count?: number;
  /**
   * Steps of GRPO between two measurements on the rollouts of the step, into the run's events; 0 is never. One costs about as much as
   * a step. @defaultValue 0
   */
  readonly during?: number;
}

/** An experiment: arms that differ in their demonstrations alone, over seeds. */
export interface PipelineConfig extends PassConfig {
  /** Names the run. */
  readonly name: string;
  /** Where its files go. @defaultValue `runs/<name>` */
  readonly directory?: string;
  /** One training of each arm for each. @defaultValue [1] */
  readonly seeds?: readonly number[];
  readonly task: TaskConfig | Task;
  /** Judges completions: a reward, or the name of one as in `RewardChoice`. @defaultValue the boxed answer behind the thinking part, right or wrong */
  readonly reward?: Reward | string | readonly [name: string, options: Readonly<Record<string, unknown>>];
  /** A folder in Hugging Face layout, a package that carries one, or a function that opens a model. */
  readonly baseModel: string | ModelOpener;
  /** By name; the first one is what the others are compared with. */
  readonly arms: Readonly<Record<string, "vanilla" | "bridge" | "pp-aug" | "rc-aug" | ArmConfig>>;
  readonly sft?: SftConfig;
  readonly grpo?: GrpoConfig;
  readonly sampling?: SamplingConfig;
  readonly evaluation?: EvaluationConfig;
  readonly rollouts?: RolloutsConfig;
  readonly influence?: InfluenceConfig;
  /** Further receivers of what each arm measures, besides its `events.jsonl`. */
  readonly tracker?: (arm: { readonly name: string; readonly seed: number }) => Tracker;
  /** Functions that are called as SFT and GRPO go on. @defaultValue none */
  readonly callbacks?: (arm: { readonly name: string; readonly seed: number }) => TrainingCallbacks;
  /** Receivers by name, besides `events.jsonl`. @defaultValue none */
  readonly trackers?: TrackersConfig;
  /** Replaces stages by functions of your own; `false` leaves one out. */
  readonly stages?: { readonly [Name in keyof Stages]?: Stages[Name] | false };
  /** Threads of each arm's model, or of each of its workers; arms run side by side. @defaultValue 1 */
  readonly threads?: number;
  /** Worker threads that share the work of each arm's model, each with the model's memory for itself. @defaultValue 1 */
  readonly workers?: number;
  /** Where models run. @defaultValue "cpu" */
  readonly provider?: ProviderName;
  /** Trains adapters (LoRA) instead of all weights, in SFT and in GRPO. Each stage's model has its own added in. @defaultValue none */
  readonly lora?: LoraOptions;
}
