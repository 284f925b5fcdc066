"""SFT or GRPO by TRL on what packages/cli/bench/trl-training.ts hands over; not to be called by hand.

    python bench/peers/trl-training.py sft|grpo INPUT.json OUTPUT_FOLDER

TRL's defaults but for: float32, no gradient checkpointing, a constant rate without warm-up, the rows in the order of the file, and for GRPO the
completions of the file instead of its own. Writes the loss and the gradient norm of each optimiser step, and the weights after the last one.
"""
import json
import sys
import tempfile

import torch
from datasets import Dataset
from torch.utils.data import SequentialSampler
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

task, source, folder = sys.argv[1:]
with open(source) as file:
    given = json.load(file)
torch.manual_seed(1)
torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(given["model"], dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(given["model"])
common = dict(output_dir=tempfile.mkdtemp(), learning_rate=given["learningRate"], lr_scheduler_type="constant", bf16=False, use_cpu=True,
              gradient_checkpointing=False, report_to=[], save_strategy="no", logging_steps=1, disable_tqdm=True, weight_decay=0.0, max_grad_norm=1.0)
steps = []


class Steps(TrainerCallback):
    """The log rounds losses; the values themselves are what is compared."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "grad_norm" in logs:
            steps.append(dict(loss=float(logs["loss"]), gradientNorm=float(logs["grad_norm"])))


if task == "sft":
    class InOrder(SFTTrainer):
        def _get_train_sampler(self, dataset=None):
            return SequentialSampler(dataset if dataset is not None else self.train_dataset)

    rows = given["rows"]
    trainer = InOrder(
        model=model, processing_class=tokenizer, callbacks=[Steps()],
        train_dataset=Dataset.from_dict({name: [row[name] for row in rows] for name in ("prompt", "completion")}),
        args=SFTConfig(per_device_train_batch_size=given["batchSize"], max_steps=given["steps"], max_length=None, **common))
    for index, (row, theirs) in enumerate(zip(rows, trainer.train_dataset)):
        if list(theirs["input_ids"]) != row["ids"]:
            raise SystemExit(f"row {index}: TRL's ids {list(theirs['input_ids'])} are not ours {row['ids']}")
else:
    groups, size = given["groups"], given["groupSize"]
    rounds = iter(groups)

    def replay(prompts, trainer):
        """The completions of the next step; the prompts come group by group in the file's order."""
        chosen = {group["prompt"]: group for group in next(rounds)}
        order = [chosen[prompt] for prompt in prompts]
        places = {prompt: iter(range(size)) for prompt in chosen}
        return dict(prompt_ids=[group["promptIds"] for group in order],
                    completion_ids=[group["completions"][next(places[group["prompt"]])] for group in order], logprobs=None)

    known = {}
    for group in (group for step in groups for group in step):
        for ids, reward in zip(group["completions"], group["rewards"]):
            known[group["prompt"], tuple(ids)] = reward

    def reward(prompts, completions, completion_ids, **kwargs):
        return [known[prompt, tuple(ids)] for prompt, ids in zip(prompts, completion_ids)]

    rows = len(groups[0]) * size
    trainer = GRPOTrainer(
        model=model, processing_class=tokenizer, reward_funcs=reward, callbacks=[Steps()], rollout_func=replay,
        train_dataset=Dataset.from_dict(dict(prompt=[group["prompt"] for step in groups for group in step])),
        args=GRPOConfig(per_device_train_batch_size=rows, num_generations=size, num_iterations=given["iterations"], shuffle_dataset=False,
                        max_completion_length=given["maxTokens"], max_steps=len(groups) * given["iterations"], **common))

trainer.train()
trainer.save_model(folder)
with open(f"{folder}/steps.json", "w") as file:
    json.dump(steps, file)
