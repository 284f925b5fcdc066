"""One GRPO step on our workloads, by other hands.

    python bench/peers/grpo-step.py --engine trl   [--threads 1] [--steps 2]      # TRL's GRPOTrainer; needs `pip install trl==1.13.0`
    python bench/peers/grpo-step.py --engine torch [--threads 1] [--steps 2]      # transformers' generate, and torch's forward, backward, AdamW

The workload is that of packages/grpo/bench/step.ts: 64 rollouts, 32 prompt and up to 128 new tokens, 3.28M parameters. `--workload FILE` takes
the quickstart's instead: its base model and the prompts that packages/cli/bench/quickstart-step.ts --write-prompts FILE wrote.

TRL's settings are its defaults but for: float32 (no bf16), no gradient checkpointing, which would cost it a forward pass, no logging and no saving, and
--micro-batch rows at once, of which bench/peers/README.md has the fastest. `torch` is what TRL's step is made of, without TRL's own
bookkeeping: a lower bound of its time. Everything is float32. Prints a JSON line: seconds of a step by the clock and of the processor, the
median of the steps after the first, and the parts of it that TRL spends on generating.
`bash bench/peers/compare.sh` runs both sides in turns.
"""
import argparse
import json
import re
import statistics
import time

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

flags = argparse.ArgumentParser()
flags.add_argument("--engine", choices=["trl", "torch"], default="torch")
flags.add_argument("--threads", type=int, default=1)
flags.add_argument("--steps", type=int, default=2)
flags.add_argument("--prompt", type=int, default=32)
flags.add_argument("--tokens", type=int, default=128)
flags.add_argument("--micro-batch", type=int, default=16)
flags.add_argument("--workload")
flags = flags.parse_args()
PROMPTS, GROUP = 8, 8
workload = None
if flags.workload:
    with open(flags.workload) as file:
        workload = json.load(file)
    PROMPTS, GROUP, flags.tokens = workload["promptsPerStep"], workload["groupSize"], workload["maxTokens"]

torch.set_num_threads(flags.threads)
torch.manual_seed(1)
if workload:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(workload["model"], dtype=torch.float32)
else:
    model = Qwen2ForCausalLM(Qwen2Config(
        vocab_size=512, hidden_size=256, intermediate_size=768, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=1024, rope_theta=1e4, tie_word_embeddings=True, bos_token_id=1, eos_token_id=0, pad_token_id=0)).float()


def report(name, walls, processors, tokens, **parts):
    print(json.dumps(dict(engine=name, workload="quickstart" if workload else "step", threads=flags.threads, microBatch=flags.micro_batch,
                          wall=statistics.median(walls), processor=statistics.median(processors), tokens=tokens,
                          parameters=sum(p.numel() for p in model.parameters()), **parts)))


if flags.engine == "torch":
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=0.0)
    walls, processors, sampled = [], [], 0
    for step in range(flags.steps + 1):
        wall, processor = time.perf_counter(), time.process_time()
        prompts = torch.randint(10, 250, (PROMPTS, flags.prompt)).repeat_interleave(GROUP, 0)
        model.eval()
        with torch.no_grad():
            out = model.generate(prompts, attention_mask=torch.ones_like(prompts), max_new_tokens=flags.tokens, do_sample=True, temperature=1.0,
                                 top_k=0, top_p=1.0)
        completions = out[:, flags.prompt:]
        ended = (completions == 0).cumsum(1)
        mask = ((ended - (completions == 0).long()) == 0).float()
        rewards = torch.arange(len(out)).remainder(2).float().view(PROMPTS, GROUP)
        advantages = ((rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-4)).view(-1, 1)
        total = mask.sum()
        model.train()
        for start in range(0, len(out), flags.micro_batch):
            rows = slice(start, start + flags.micro_batch)
            # Logits of completion tokens alone, as TRL asks for by logits_to_keep.
            logits = model(out[rows, :-1], logits_to_keep=completions.shape[1]).logits
            logp = torch.log_softmax(logits, -1).gather(-1, completions[rows].unsqueeze(-1)).squeeze(-1)
            ratio = torch.exp(logp - logp.detach())
            loss = -torch.minimum(ratio * advantages[rows], ratio.clamp(0.8, 1.2) * advantages[rows])
            ((loss * mask[rows]).sum() / total).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step > 0:  # The first step warms up.
            walls.append(time.perf_counter() - wall)
            processors.append(time.process_time() - processor)
            sampled = int(total)
    report("transformers generate + torch", walls, processors, sampled)
else:
    import tempfile

    from datasets import Dataset
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import AutoTokenizer, PreTrainedTokenizerFast, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    if workload:
        tokenizer = AutoTokenizer.from_pretrained(workload["model"])
        rows = dict(prompt=[one["prompt"] for one in workload["problems"]], answer=[one["answer"] for one in workload["problems"]])
        if len(rows["prompt"]) < PROMPTS * (flags.steps + 1):
            raise SystemExit(f"the workload has {len(rows['prompt'])} prompts, {flags.steps} steps need {PROMPTS * (flags.steps + 1)}")
    else:
        words = {f"w{i}": i for i in range(512)}
        inner = Tokenizer(models.WordLevel(words, unk_token="w1"))
        inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="w0", pad_token="w0", unk_token="w1")
        rows = dict(prompt=[" ".join(f"w{10 + (row * 37 + place * 11) % 240}" for place in range(flags.prompt)) for row in range(PROMPTS * (flags.steps + 1))])
    walls, processors, generating, lengths, rights = [], [], [], [], []

    class Clock(TrainerCallback):
        def on_step_begin(self, args, state, control, **kwargs):
            self.wall, self.processor = time.perf_counter(), time.process_time()

        def on_step_end(self, args, state, control, **kwargs):
            walls.append(time.perf_counter() - self.wall)
            processors.append(time.process_time() - self.processor)

    class Timed(GRPOTrainer):
        def _generate(self, prompts):
            start = time.perf_counter()
            result = super()._generate(prompts)
            generating.append(time.perf_counter() - start)
            return result

    def alternating(completions, completion_ids, **kwargs):
        lengths.append(sum(len(ids) for ids in completion_ids))
        return [float(i % 2) for i in range(len(completions))]

    def exact_answer(completions, completion_ids, answer, **kwargs):
        lengths.append(sum(len(ids) for ids in completion_ids))
        found = [re.findall(r"\\boxed\{([^{}]*)\}", text) for text in completions]
        scores = [float(bool(boxed) and boxed[-1] == right) for boxed, right in zip(found, answer)]
        rights.append(sum(scores) / len(scores))
        return scores

    trainer = Timed(
        model=model, processing_class=tokenizer, reward_funcs=exact_answer if workload else alternating, train_dataset=Dataset.from_dict(rows),
        callbacks=[Clock()],
        args=GRPOConfig(output_dir=tempfile.mkdtemp(), per_device_train_batch_size=flags.micro_batch, num_generations=GROUP,
                        gradient_accumulation_steps=PROMPTS * GROUP // flags.micro_batch, max_completion_length=flags.tokens, max_steps=flags.steps + 1,
                        learning_rate=1e-6 if workload else 1e-5, bf16=False, gradient_checkpointing=False, use_cpu=True, report_to=[],
                        save_strategy="no", logging_steps=1000, disable_tqdm=True))
    trainer.train()
    # The first step warms up.
    report("TRL GRPOTrainer", walls[1:], processors[1:], int(statistics.median(lengths[1:])), generating=statistics.median(generating[1:]),
           **(dict(accuracy=statistics.mean(rights)) if workload else {}))
