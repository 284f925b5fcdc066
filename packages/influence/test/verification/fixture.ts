import type { Objective } from "../support/log-linear-policy.js";
import type { ParameterName, TinyParameters } from "../support/tiny-language-model.js";

/** The structure of a reference file; its fields are explained beside the checks that use them. */
export interface InfluenceFixture {
  readonly meta: {
    readonly tolerance_suggested: { readonly fp64: number; readonly fp32: number };
    readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  };
  readonly advantages: { readonly cases: readonly AdvantageCase[] };
  readonly finite_group: {
    readonly table: Readonly<Record<string, readonly { p: number; w: number; s: number; shrink: number; p_zero_signal: number }[]>>;
  };
  readonly tabular: TabularFixture;
  readonly linear: LinearFixture;
  readonly self_pair_bias: { N: number; q: number; target: number; plugin_mean: number; cross_mean: number; replicates: number };
  readonly actual_measurement: { eta: number; M: number; true: number; sd_is: number; sd_fresh: number };
  readonly ci: {
    readonly queries: readonly number[];
    readonly p: readonly number[];
    readonly coverage: Readonly<Record<string, CoverageFixture>>;
  };
  readonly ghost_raw: {
    a: number[][];
    g: number[][];
    a2: number[][];
    g2: number[][];
    weight_dot: number;
    bias_dot: number;
    tokens: number[];
    tokens2: number[];
    embedding_dot: number;
  };
  readonly forward_only_fp32: readonly { eps: number; max_abs_dlogp: number; max_rel_err: number }[];
  readonly tiny_lm: TinyFixture;
  readonly projection_deterministic: ProjectionFixture;
  readonly projection_laws: {
    readonly relative_sd: Readonly<
      Record<
        "aligned_activations" | "unaligned_activations",
        { two_sided_gauss: number; two_sided_rademacher: number; flat_countsketch: number; tensorsketch: number }
      >
    >;
    readonly k: number;
    readonly k_needed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  readonly readiness_toy: {
    readonly columns: readonly string[];
    readonly by_steps: Readonly<Record<string, ReadinessFixture>>;
  };
}

export interface AdvantageCase {
  readonly N: number;
  readonly n: number;
  readonly alpha: number;
  readonly rewards: readonly number[];
  readonly coef: number;
  readonly adv_population: readonly number[];
  readonly adv_sample_eps1e6: readonly number[];
  readonly adv_drgrpo: readonly number[];
  readonly adv_rloo: readonly number[];
}

export interface TabularFixture {
  readonly logits: readonly (readonly number[])[];
  readonly correct: readonly (readonly number[])[];
  readonly pi: readonly (readonly number[])[];
  readonly p: readonly number[];
  readonly K: readonly (readonly number[])[];
  readonly population_grpo_grad: readonly (readonly number[])[];
  readonly self_influence: readonly number[];
  readonly N_enum: number;
  readonly q_enum: number;
  readonly expected_group_grad: readonly number[];
  readonly wN: number;
}

export interface LinearFixture {
  readonly theta: readonly number[];
  readonly phi: readonly (readonly (readonly number[])[])[];
  readonly correct: readonly (readonly number[])[];
  readonly train_idx: readonly number[];
  readonly eval_idx: readonly number[];
  readonly pi: readonly (readonly number[])[];
  readonly p: readonly number[];
  readonly groups: readonly (readonly number[])[];
  readonly rewards: readonly (readonly number[])[];
  readonly alpha: readonly number[];
  readonly advantages: readonly (readonly number[])[];
  readonly ghat: readonly (readonly number[])[];
  readonly eval_grad_per_query: readonly (readonly number[])[];
  readonly eval_grad: readonly number[];
  readonly eval_grad_accuracy: readonly number[];
  readonly K_eval_train?: readonly (readonly (readonly (readonly number[])[])[])[];
  readonly influence_predicted: readonly number[];
  readonly influence_predicted_accuracy?: readonly number[];
  readonly heatmap_eval_by_train?: readonly (readonly number[])[];
  readonly rollout_scores?: readonly (readonly number[])[];
  readonly J0: Readonly<Record<Objective, number>>;
  readonly ladder?: readonly ({ readonly eta: number } & Readonly<Record<Objective, readonly number[]>>)[];
  readonly max_rel_err?: Readonly<Record<Objective | "lrs", readonly number[]>>;
  readonly gHg?: readonly number[];
  readonly linearity_radius?: readonly (number | null)[];
  readonly lds?: { readonly subsets: readonly (readonly number[])[]; readonly spearman: Readonly<Record<string, number>> };
  readonly gram_train?: readonly (readonly number[])[];
  readonly forward_only_max_err?: Readonly<Record<string, number>>;
  readonly adam?: AdamFixture;
}

export interface AdamFixture {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly t: number;
  readonly m0: readonly number[];
  readonly v0: readonly number[];
  readonly per_query: readonly {
    readonly q: number;
    readonly eta: number;
    readonly update: readonly number[];
    readonly update_zero_grad: readonly number[];
    readonly frozen_linear: readonly number[];
    readonly influence_exact_first_order: number;
    readonly influence_frozen: number;
    readonly influence_less_code: number;
    readonly actual_minus_null: number;
  }[];
}

export type CoverageMethod = "z_welch" | "t_satterthwaite" | "t_pooled" | "bootstrap";

/** The order of the columns of `per_query`. */
export const coverageMethods: readonly CoverageMethod[] = ["z_welch", "t_satterthwaite", "t_pooled", "bootstrap"];

export interface CoverageFixture {
  readonly mean: Readonly<Record<CoverageMethod, number | null>>;
  readonly min: Readonly<Record<CoverageMethod, number | null>>;
  readonly undefined_fraction: readonly number[];
  readonly per_query: readonly (readonly (number | null)[])[];
}

export interface TinyFixture {
  readonly params: TinyParameters;
  readonly param_order: readonly ParameterName[];
  readonly sequences: readonly (readonly number[])[];
  readonly prompt_of: readonly number[];
  readonly loss_mask: readonly (readonly number[])[];
  readonly token_logp: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly advantages: readonly number[];
  readonly K: readonly (readonly number[])[];
  readonly K_per_layer: Readonly<Record<ParameterName, readonly (readonly number[])[]>>;
  readonly K_length_normalised?: readonly (readonly number[])[];
  readonly grads_flat: readonly (readonly number[])[];
  readonly eval_dir: readonly number[];
  readonly influence_pred_q0_on_q1: number;
  readonly actual_over_eta?: readonly { readonly eta: number; readonly value: number }[];
  readonly seq0_loss_token_scores: readonly number[];
  readonly seq0_position_scores?: readonly number[];
  readonly seq0_total: number;
  readonly loss_positions: readonly number[];
  readonly behaviour_spans?: Readonly<Record<string, readonly number[]>>;
  readonly behaviour_scores?: Readonly<Record<string, number>>;
}

export interface ProjectionFixture {
  readonly D: number;
  readonly k: number;
  readonly seed: number;
  readonly u: readonly number[];
  readonly v: readonly number[];
  readonly dot: number;
  readonly rademacher: readonly (readonly number[])[];
  readonly Ru: readonly number[];
  readonly Rv: readonly number[];
  readonly dot_rademacher: number;
  readonly bucket: readonly number[];
  readonly sign: readonly number[];
  readonly Cu: readonly number[];
  readonly Cv: readonly number[];
  readonly dot_countsketch: number;
  readonly hash_samples: readonly (readonly [number, number, number, number])[];
}

interface ReadinessFixture {
  readonly mean: Readonly<Record<string, number>>;
  readonly min: Readonly<Record<string, number>>;
  readonly max: Readonly<Record<string, number>>;
  readonly per_seed: readonly (readonly number[])[];
}
