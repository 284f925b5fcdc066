"""Writes loss and advantage cases in the format of packages/grpo/test/fixtures/trl-golden.json by calling TRL's own GRPOTrainer code in float64.

    python bench/peers/trl-cases.py cases.json [seed] [cases] && pnpm verify:losses cases.json
    python bench/peers/trl-cases.py --faults [seed]

Shapes, inputs and options are drawn from the seed; every case draws each of its options anew. Losses, metrics and gradients come from
`GRPOTrainer._compute_loss` and autograd, advantages from `GRPOTrainer._generate_and_score_completions`; nothing of either is written again here.
`--faults` instead prints where that code contradicts itself. Needs `pip install trl==1.13.0`.
"""
import json
import math
import os
import random
import sys
import tempfile
import types
from collections import defaultdict

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import torch
import trl
from trl import GRPOConfig, GRPOTrainer

shows_faults = sys.argv[1:2] == ["--faults"]
path = None if shows_faults else sys.argv[1]
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
how_many = int(sys.argv[3]) if len(sys.argv) > 3 else 400
# Everything in float64, also what TRL casts to float32 for its metrics, so that rounding hides nothing.
torch.set_default_dtype(torch.float64)
torch.Tensor.float = torch.Tensor.double
draw = random.Random(seed)
generator = torch.Generator().manual_seed(seed)
GROUP = draw.choice([2, 3, 4, 8])
ROWS, TOKENS = GROUP * draw.choice([1, 2, 3]), draw.choice([2, 5, 6, 11])


def normal(scale=1.0):
    return scale * torch.randn(ROWS, TOKENS, dtype=torch.float64, generator=generator)


logp = -normal().abs() - 0.05
old = torch.clamp(logp + normal(0.4), max=-0.01)
ref = torch.clamp(logp + normal(0.4), max=-0.01)
sampling = torch.clamp(old + normal(0.4), max=-0.01)
nothing_counts = draw.random() < 0.05
lengths = [0 if nothing_counts else draw.randint(0, TOKENS) for _ in range(ROWS)]
mask = torch.tensor([[1 if token < length else 0 for token in range(TOKENS)] for length in lengths])
entropy = 2 * torch.rand(ROWS, TOKENS, dtype=torch.float64, generator=generator)
advantages = torch.randn(ROWS, dtype=torch.float64, generator=generator)
advantages[draw.randrange(ROWS)] = 0.0
is_ratio = torch.exp((old - sampling) * mask)
is_ratio = is_ratio.masked_fill(is_ratio > 3.0, 0.0)


class OneProcess:
    """What TRL asks of accelerate, for one process."""

    num_processes, process_index, sync_gradients, device = 1, 0, True, torch.device("cpu")

    def gather(self, value):
        return value

    def reduce(self, value, reduction):
        return value

    def pad_across_processes(self, value, dim, pad_index):
        return value


def trl_loss(config, rows=slice(None), tokens=TOKENS):
    """TRL's loss of some rows, its metrics, and d loss / d logp by autograd. `tokens` cuts columns off."""
    rows = (rows, slice(tokens))
    lp = logp[rows].clone().requires_grad_(True)
    high = config["eps"] if config["eps_high"] is None else config["eps_high"]
    trainer = types.SimpleNamespace(
        accelerator=OneProcess(), model=types.SimpleNamespace(training=True), _metrics={"train": defaultdict(list)},
        loss_type=config["loss_type"], importance_sampling_level=config["level"], epsilon_low=config["eps"], epsilon_high=high, beta=config["beta"],
        max_completion_length=config["max_completion_length"], current_gradient_accumulation_steps=config["GA"],
        off_policy_mask_threshold=config["off_policy_thr"], use_vllm=config["is_ratio"], vllm_importance_sampling_correction=config["is_ratio"],
        top_entropy_quantile=config["top_entropy_quantile"], aux_loss_enabled=False, use_adaptive_entropy=False,
        _entropy_bonus_enabled=config["entropy_coef"] != 0, entropy_coef=config["entropy_coef"],
        get_off_policy_mask=GRPOTrainer.get_off_policy_mask, get_gamma_weights=GRPOTrainer.get_gamma_weights,
        _get_per_token_logps_and_entropies=lambda *given, **named: (lp, entropy[rows], None),
        args=types.SimpleNamespace(
            delta=config["delta"], use_bias_correction_kl=config["bias_corr_kl"], sapo_temperature_pos=config["sapo_pos"],
            sapo_temperature_neg=config["sapo_neg"], steps_per_generation=config.get("steps_per_generation", config["GA"]),
            **{f"vespo_{name}": value for name, value in zip(("k_pos", "lambda_pos", "k_neg", "lambda_neg"), config["vespo"])}))
    trainer.get_high_entropy_mask = types.MethodType(GRPOTrainer.get_high_entropy_mask, trainer)
    items = mask.sum() if config["num_items"] is None else torch.tensor(config["num_items"])
    inputs = dict(prompt_ids=torch.zeros(len(lp), 0, dtype=torch.long), prompt_mask=torch.zeros(len(lp), 0, dtype=torch.long),
                  completion_ids=torch.zeros(len(lp), tokens, dtype=torch.long), completion_mask=mask[rows], advantages=advantages[rows[0]],
                  ref_per_token_logps=ref[rows], num_items_in_batch=items)
    if not config["on_policy"]:
        inputs["old_per_token_logps"] = old[rows]
    if config["is_ratio"]:
        inputs.update(sampling_per_token_logps=sampling[rows], importance_sampling_ratio=is_ratio[rows].clone())
    loss = GRPOTrainer._compute_loss(trainer, None, inputs)
    loss.backward()
    metrics = {name: values[0] for name, values in trainer._metrics["train"].items() if name not in ("policy_loss", "entropy_coef")}
    return loss.item(), lp.grad, metrics


base = dict(loss_type="grpo", level="token", eps=0.2, eps_high=None, delta=None, beta=0.0, bias_corr_kl=False, max_completion_length=8, GA=1,
            num_items=None, off_policy_thr=None, is_ratio=False, sapo_neg=1.05, sapo_pos=1.0, vespo=[2.0, 3.0, 3.0, 2.0], on_policy=False,
            top_entropy_quantile=1.0, entropy_coef=0.0)


def random_config():
    config = dict(
        loss_type=draw.choice(["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo"]), level=draw.choice(["token", "sequence"]),
        eps=draw.choice([0.2, 0.05, 0.0, draw.random()]), eps_high=draw.choice([None, 0.28, 1.2, 5.0, draw.random()]),
        delta=draw.choice([None, None, 0.9, 1.1, 1 + draw.random()]), beta=draw.choice([0.0, 0.0, 0.04, draw.random()]),
        bias_corr_kl=draw.random() < 0.5, max_completion_length=draw.choice([TOKENS, 16]), GA=draw.choice([1, 2, 3]),
        num_items=draw.choice([None, None, draw.randint(1, 200)]), off_policy_thr=draw.choice([None, None, 0.05, draw.random() - 0.2]),
        is_ratio=draw.random() < 0.3, sapo_neg=draw.choice([1.05, 0.5 + draw.random()]), sapo_pos=draw.choice([1.0, 0.5 + draw.random()]),
        vespo=draw.choice([[2.0, 3.0, 3.0, 2.0], [1 + draw.random(), 1 + draw.random(), 1 + draw.random(), draw.random()]]),
        on_policy=draw.random() < 0.2, top_entropy_quantile=draw.choice([1.0, 1.0, 0.2, 0.5, 0.05 + 0.9 * draw.random()]),
        entropy_coef=draw.choice([0.0, 0.0, 0.01, -draw.random()]))
    if config["entropy_coef"] != 0:
        # TRL's bonus is a mean over the micro-batch whatever the whole batch is, so only one micro-batch has a definite one.
        config.update(num_items=None)
    return config


def real_trainer(scale, aggregation, functions):
    """A trainer over a model of no size, which is never run."""
    from datasets import Dataset
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a")), eos_token="b", pad_token="b",
                                        unk_token="a")
    model = Qwen2ForCausalLM(Qwen2Config(vocab_size=2, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
                                         num_key_value_heads=1, bos_token_id=0, eos_token_id=1, pad_token_id=1))
    rewards = [lambda completions, **given: [0.0] * len(completions) for _ in range(functions)]
    for index, reward in enumerate(rewards):
        reward.__name__ = f"reward{index}"
    return GRPOTrainer(model=model, processing_class=tokenizer, reward_funcs=rewards, train_dataset=Dataset.from_dict({"prompt": ["a"] * ROWS}),
                       args=GRPOConfig(output_dir=tempfile.mkdtemp(), per_device_train_batch_size=ROWS, num_generations=GROUP, use_cpu=True, bf16=False,
                                       report_to=[], scale_rewards=scale, multi_objective_aggregation=aggregation))


def random_rewards(functions):
    kind = draw.choice(["binary", "real", "constant group", "with nothing"])
    table = [[float(draw.randrange(2)) if kind == "binary" else draw.gauss(0, 1) for _ in range(functions)] for _ in range(ROWS)]
    if kind == "constant group":
        table[:GROUP] = [[0.1] * functions] * GROUP
    if kind == "with nothing":
        table = [[None if draw.random() < 0.3 else value for value in row] for row in table]
        table[draw.randrange(ROWS)] = [None] * functions
    return table


def trl_advantages(trainer, table, weights):
    tensor = torch.tensor([[math.nan if value is None else value for value in row] for row in table], dtype=torch.float64)
    trainer._metrics["train"].clear()
    trainer.reward_weights = torch.tensor(weights, dtype=torch.float64)
    trainer._generate = lambda prompts: ([[0]] * ROWS, [[0, 1]] * ROWS, None, ["a"] * ROWS, None, {}, None, None)
    trainer._calculate_rewards = lambda *given: tensor
    trainer.model.train()
    output = trainer._generate_and_score_completions([{"prompt": "a"}] * ROWS)
    metrics = trainer._metrics["train"]
    return output["advantages"].tolist(), {name: metrics[name][0] for name in ("frac_reward_zero_std", "reward", "reward_std")}


def plain(value):
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def write_cases():
    rewards, weights = random_rewards(2), [1.0, round(draw.random(), 3)]
    advantage_cases = []
    for aggregation, scale in [("sum_then_normalize", one) for one in ("group", "batch", "none")] + [("normalize_then_sum", "group")]:
        trainer = real_trainer(scale, aggregation, 2)
        values, metrics = trl_advantages(trainer, rewards, weights)
        advantage_cases.append(dict(agg=aggregation, scale_rewards=scale, advantages=values, metrics=metrics))
        trainer = real_trainer(scale, aggregation, 1)
        for _ in range(10):
            own = random_rewards(1)
            values, metrics = trl_advantages(trainer, own, [1.0])
            advantage_cases.append(dict(agg=aggregation, scale_rewards=scale, rewards=[row[0] for row in own], advantages=values, metrics=metrics))
    cases = []
    for number in range(how_many):
        config = random_config()
        loss, grad, metrics = trl_loss(config)
        cases.append(dict(id=f"{number:04d} {config['loss_type']}", config=config, loss=loss, grad=grad.tolist(), metrics=metrics))
    with open(path, "w") as file:
        json.dump(plain(dict(group_size=GROUP, inputs=dict(
            logp=logp.tolist(), old=old.tolist(), ref=ref.tolist(), sampling=sampling.tolist(), mask=mask.tolist(), entropy=entropy.tolist(),
            is_ratio=is_ratio.tolist(), adv=advantages.tolist()), rewards=rewards, reward_weights=weights, advantage_cases=advantage_cases,
            loss_cases=cases)), file)
    print(f"TRL {trl.__version__}: {len(cases)} loss cases and {len(advantage_cases)} advantage cases of {ROWS} x {TOKENS} tokens in groups of {GROUP}, in {path}")


def print_faults():
    """One batch at once, and the same batch as two micro-batches: what should be the same number."""
    halves = [slice(0, ROWS // 2), slice(ROWS // 2, ROWS)]
    for name, option in [("grpo", dict(loss_type="grpo")), ("dapo", dict(loss_type="dapo", num_items=int(mask.sum()))),
                         ("bnpo", dict(loss_type="bnpo")), ("dapo, top_entropy_quantile 0.5", dict(loss_type="dapo", num_items=int(mask.sum()), top_entropy_quantile=0.5)),
                         ("dapo, entropy_coef 0.1", dict(loss_type="dapo", num_items=int(mask.sum()), entropy_coef=0.1))]:
        whole = trl_loss(dict(base, **option))[0]
        parts = sum(trl_loss(dict(base, **option, GA=2), half)[0] for half in halves)
        print(f"{name:32s} {ROWS} rows at once {whole:+.6f}   {ROWS // 2} + {ROWS - ROWS // 2} rows {parts:+.6f}   {'same' if abs(whole - parts) < 1e-12 else 'DIFFERENT'}")
    for delta in (None, 1.1):
        print(f"clip_ratio/high_mean with epsilon_high 0.2 and delta {delta}: {trl_loss(dict(base, delta=delta))[2]['clip_ratio/high_mean']:.4f}")
    one = mask[:, :1].bool()
    shown = trl_loss(base, tokens=1)[2]["entropy"]
    print(f"entropy where no completion has more than one token: {shown:.6f}, its mean over the tokens there are: {entropy[:, :1][one].mean():.6f}")


if shows_faults:
    print_faults()
else:
    write_cases()
