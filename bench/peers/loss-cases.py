"""Writes loss cases in the format of packages/grpo/test/fixtures/trl-golden.json, over a grid of options that the fixture only samples.

Values are float64; gradients come from torch's autograd. Written from the formulas, not from anybody's code, so that it is a second opinion:

    python bench/peers/loss-cases.py cases.json [seed] [every] && pnpm verify:losses cases.json

`every` keeps only each n-th case, as in packages/grpo/test/fixtures/torch-cases.json (seed 2, every 17).
"""
import itertools
import json
import math
import sys

import torch

path = sys.argv[1]
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
generator = torch.Generator().manual_seed(seed)
ROWS, TOKENS, GROUP = 8, 6, 4


def normal(scale=1.0):
    return scale * torch.randn(ROWS, TOKENS, dtype=torch.float64, generator=generator)


def uniform():
    return torch.rand(ROWS, TOKENS, dtype=torch.float64, generator=generator)


logp = -normal().abs() - 0.2
old = torch.clamp(logp + normal(0.4), max=-0.01)
ref = torch.clamp(logp + normal(0.4), max=-0.01)
sampling = torch.clamp(old + normal(0.2), max=-0.01)
lengths = [6, 4, 5, 2, 6, 1, 3, 0]
mask = torch.tensor([[1.0 if t < n else 0.0 for t in range(TOKENS)] for n in lengths], dtype=torch.float64)
entropy = uniform() * 2
advantages = torch.randn(ROWS, dtype=torch.float64, generator=generator)
advantages[2] = 0.0
is_ratio = torch.exp(old - sampling)
is_ratio = torch.where(is_ratio > 3.0, torch.zeros_like(is_ratio), is_ratio)


def mean_of(value, level):
    if level == "sequence":
        return value[:, 0].mean()
    return (value * mask).sum() / mask.sum().clamp(min=1)


def case(config):
    lp = logp.clone().requires_grad_(True)
    a = advantages[:, None]
    m = mask
    count = m.sum(1).clamp(min=1)
    previous = lp.detach() if config["on_policy"] else old
    high = config["eps"] if config["eps_high"] is None else config["eps_high"]
    log_ratio = lp - previous
    if config["level"] == "sequence":
        log_weights = ((log_ratio * m).sum(1) / count)[:, None]
    else:
        log_weights = log_ratio
    rho = torch.exp(log_weights)
    kind = config["loss_type"]
    capped = rho if config["delta"] is None else torch.clamp(rho, max=config["delta"])
    metrics = {}
    phi = None
    if kind == "cispo":
        loss = -torch.clamp(rho, max=high).detach() * a * lp
    elif kind == "sapo":
        tau = torch.where(a > 0, torch.tensor(config["sapo_pos"], dtype=torch.float64), torch.tensor(config["sapo_neg"], dtype=torch.float64))
        loss = -(4 / tau) * torch.sigmoid(tau * (rho - 1)) * a
    elif kind == "vespo":
        kp, lp_, kn, ln_ = config["vespo"]
        log_w = (m * torch.clamp(log_ratio, -20, 20)).sum(1)
        if config["is_ratio"]:
            log_w = log_w + (m * torch.clamp(torch.log(is_ratio), math.log(1e-8), 20)).sum(1)
        log_w = torch.clamp(log_w, math.log(1e-8), 20)[:, None]
        k = torch.where(a >= 0, kp, kn)
        lam = torch.where(a >= 0, lp_, ln_)
        phi = torch.exp(lam + k * log_w - lam * torch.exp(log_w)).detach()
        loss = -phi * a * lp
    else:
        loss = -torch.minimum(capped * a, torch.clamp(rho, 1 - config["eps"], 1 + high) * a)
    if config["off_policy_thr"] is not None:
        behaviour = sampling if config["is_ratio"] else previous
        drift = ((behaviour - lp.detach()) * m).sum(1, keepdim=True) / count[:, None]
        keep = (a >= 0) | (drift <= config["off_policy_thr"])
        loss = loss * keep
    if config["top_entropy_quantile"] < 1:
        threshold = torch.quantile(entropy[m.bool()], 1 - config["top_entropy_quantile"])
        loss = loss * (entropy >= threshold)
    if config["is_ratio"] and kind != "vespo":
        loss = loss * is_ratio
    if config["beta"] != 0:
        d = ref - lp
        kl = torch.exp(d) - d - 1
        if config["bias_corr_kl"]:
            kl = kl * rho
        loss = loss + config["beta"] * kl
        metrics["kl"] = ((kl.expand_as(m) * m).sum() / m.sum()).item()
    loss = loss.expand_as(m)
    ga = config["GA"]
    if kind in ("grpo", "sapo"):
        total = ((loss * m).sum(1) / count).mean() / ga
    elif kind == "bnpo":
        total = (loss * m).sum() / m.sum().clamp(min=1) / ga
    elif kind == "dr_grpo":
        total = (loss * m).sum() / (ROWS * config["max_completion_length"]) / ga
    elif kind == "luspo":
        total = (loss * m).sum(1).mean() / ga
    else:
        items = m.sum().item() if config["num_items"] is None else config["num_items"]
        total = (loss * m).sum() / max(items, 1)
    total.backward()
    metrics["entropy"] = ((entropy * m).sum() / m.sum()).item()
    level = config["level"]
    wide = rho.detach()
    if kind in ("grpo", "bnpo", "dr_grpo", "dapo", "luspo"):
        seen = capped.detach()
        low = ((seen < 1 - config["eps"]) & (a < 0)).double()
        up = ((seen > 1 + high) & (a > 0)).double()
        metrics["clip_ratio/low_mean"] = mean_of(low, level).item()
        metrics["clip_ratio/high_mean"] = mean_of(up, level).item()
        metrics["clip_ratio/region_mean"] = mean_of(((low + up) > 0).double(), level).item()
        rows_low = low[:, 0] if level == "sequence" else (low * m).sum(1) / m.sum(1)
        rows_up = up[:, 0] if level == "sequence" else (up * m).sum(1) / m.sum(1)
        metrics["clip_ratio/low_min"] = rows_low[~rows_low.isnan()].min().item()
        metrics["clip_ratio/high_max"] = rows_up[~rows_up.isnan()].max().item()
    elif kind == "cispo":
        metrics["cispo_clip_ratio"] = mean_of(((wide > high) & (a > 0)).double(), level).item()
    elif kind == "vespo":
        metrics["vespo/phi_seq_mean"] = phi.mean().item()
    return total.item(), lp.grad.tolist(), metrics


base = dict(loss_type="grpo", level="token", eps=0.2, eps_high=None, delta=None, beta=0.0, bias_corr_kl=False, max_completion_length=8, GA=1,
            num_items=None, off_policy_thr=None, is_ratio=False, sapo_neg=1.05, sapo_pos=1.0, vespo=[2.0, 3.0, 3.0, 2.0], on_policy=False,
            top_entropy_quantile=1.0)
axes = dict(
    eps=[0.2, 0.05],
    eps_high=[None, 0.28, 5.0],
    delta=[None, 1.1, 2.0],
    beta=[0.0, 0.04],
    bias_corr_kl=[False, True],
    GA=[1, 3],
    num_items=[None, 100],
    off_policy_thr=[None, 0.05],
    is_ratio=[False, True],
    on_policy=[False, True],
    top_entropy_quantile=[1.0, 0.2, 0.5],
    sapo_neg=[1.05, 2.0],
    vespo=[[2.0, 3.0, 3.0, 2.0], [1.0, 1.0, 2.0, 0.5]],
    max_completion_length=[8, 16],
)
names = list(axes)
cases = []
seen = set()


def add(config):
    key = json.dumps(config)
    if key in seen:
        return
    seen.add(key)
    if (len(seen) - 1) % every != 0:
        return
    loss, grad, metrics = case(config)
    cases.append(dict(id=f"{len(seen) - 1:04d}", config=config, loss=loss, grad=grad, metrics=metrics))


for loss_type in ("grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo"):
    for level in ("token", "sequence"):
        start = dict(base, loss_type=loss_type, level=level)
        add(start)
        for one, other in itertools.combinations(names, 2):  # every pair of options together
            for first in axes[one]:
                for second in axes[other]:
                    add(dict(start, **{one: first, other: second}))

rewards = [[1.0, 0.5], [0.0, None], [1.0, 0.25], [0.0, 0.0], [1.0, 1.0], [None, None], [0.0, 0.75], [None, 0.1]]
weights = [1.0, 0.3]


def nanstd(values):
    valid = values[~values.isnan()]
    return valid.std() if len(valid) > 1 else torch.tensor(float("nan"), dtype=torch.float64)


def advantage(agg, scale, own=None):
    table = torch.tensor([[math.nan if v is None else v for v in row] for row in (own and [[v] for v in own] or rewards)], dtype=torch.float64)
    w = torch.tensor([1.0] if own else weights, dtype=torch.float64)
    total = (torch.nan_to_num(table) * w).sum(1)
    total[table.isnan().all(1)] = math.nan
    groups = total.view(-1, GROUP)
    spread = torch.stack([nanstd(g) for g in groups]).repeat_interleave(GROUP)
    if agg == "normalize_then_sum":
        z = torch.zeros_like(table)
        for k in range(table.shape[1]):
            for g in range(len(groups)):
                part = table[g * GROUP:(g + 1) * GROUP, k]
                z[g * GROUP:(g + 1) * GROUP, k] = (part - part.nanmean()) / (nanstd(part) + 1e-4)
        summed = (torch.nan_to_num(z) * w).sum(1)
        summed[table.isnan().all(1)] = math.nan
        used = nanstd(summed)
        result = (summed - summed.nanmean()) / (used + 1e-4)
        spread = used.expand(len(total))
    else:
        mean = torch.stack([g.nanmean() for g in groups]).repeat_interleave(GROUP)
        result = total - mean
        if scale == "group":
            result = result / (spread + 1e-4)
        elif scale == "batch":
            spread = nanstd(total).expand(len(total))
            result = result / (spread + 1e-4)
    zero = torch.isclose(spread, torch.zeros_like(spread)).double().mean().item()
    return dict(agg=agg, scale_rewards=scale, advantages=torch.nan_to_num(result).tolist(),
                metrics=dict(frac_reward_zero_std=zero, reward=total.nanmean().item(), reward_std=nanstd(total).item()),
                **(dict(rewards=own) if own else {}))


advantage_cases = [advantage("sum_then_normalize", scale) for scale in ("group", "batch", "none")]
advantage_cases.append(advantage("normalize_then_sum", "group"))
advantage_cases += [advantage(agg, scale, [1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0]) for agg in ("sum_then_normalize", "normalize_then_sum")
                    for scale in ("group", "batch", "none")]
advantage_cases += [advantage("sum_then_normalize", scale, [0.0, None, None, None, 0.5, 1.0, None, 0.25]) for scale in ("group", "batch", "none")]
with open(path, "w") as file:
    json.dump(dict(group_size=GROUP, inputs=dict(logp=logp.tolist(), old=old.tolist(), ref=ref.tolist(), sampling=sampling.tolist(), mask=mask.tolist(),
              entropy=entropy.tolist(), is_ratio=is_ratio.tolist(), adv=advantages.tolist()), rewards=rewards, reward_weights=weights,
              advantage_cases=advantage_cases, loss_cases=cases), file)
print(f"{len(cases)} loss cases and {len(advantage_cases)} advantage cases in {path}")
