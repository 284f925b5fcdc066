"""Gives data of `bridge generate`, `inject` and `export` to those who read it elsewhere, and checks that they see what was written.

    python bench/peers/load-data.py [a command to use instead of the repository's bridge]

Every schema, for SFT and for RL, as Parquet and as JSON lines, two splits in a folder: `datasets` by the card and by the files alone, pyarrow, pandas;
verl's files as its own readers take them; one step of TRL's SFTTrainer and GRPOTrainer each, with a random model of a few thousand weights.
Exits with 1 where something differs. Needs `pip install trl==1.13.0 pandas pyarrow`; no network.
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", TRANSFORMERS_VERBOSITY="error", TOKENIZERS_PARALLELISM="false")
folder = Path(tempfile.mkdtemp(prefix="bridge-data-"))
os.environ["HF_HOME"] = str(folder / "cache")
import datasets
import pandas
import pyarrow.parquet
import torch
from transformers import AutoTokenizer, PrinterCallback, Qwen3Config, Qwen3ForCausalLM
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer

root = Path(__file__).resolve().parents[2]
command = shlex.split(sys.argv[1]) if len(sys.argv) > 1 else ["node", "--conditions=@bridge-rl/source", "--import", "tsx", "packages/cli/src/bin.ts"]
failures = []
checks = 0


def expect(found, expected, what):
    global checks
    checks += 1
    if found != expected:
        failures.append(what)
        print(f"FAILED {what}\n  found    {str(found)[:300]}\n  expected {str(expected)[:300]}")


def bridge(*words, given=""):
    ended = subprocess.run([*command, *map(str, words)], cwd=root, input=given, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"bridge {' '.join(map(str, words))} ended with {ended.returncode}: {ended.stderr}")
    return ended.stdout


def rows_of(text):
    return [json.loads(line) for line in text.splitlines()]


SYSTEM = 'Solve it, and say "why".'
SOURCES = {
    "terse igsm": ["--ops", "3-5", "--modulus", "11", "--phrasebook", "terse"],
    "prose igsm": ["--ops", "3-5"],
    "logic": ["--task", "promptbench/deductive_logic"],
}


def text_of(answer):
    """As the export writes answers."""
    return str(answer).lower() if isinstance(answer, bool) else str(answer)


def about(row, graph):
    return dict(problem=row["id"] if graph else row["problem"], operations=row["difficulty"]["operations"] if graph else row["operations"],
                structure_hash=row["structureHash"], modulus=row["graph"].get("modulus") if graph else row.get("modulus"))


def expected_row(row, schema, kind, index, split):
    """A row in a schema, written down here once more from what trainers document."""
    info, label = about(row, kind == "rl"), text_of(row["answer"])
    asked = [dict(role="system", content=SYSTEM), dict(role="user", content=row["prompt"])]
    said = [dict(role="assistant", content=row.get("completion"))]
    if schema == "trl":
        return dict(prompt=row["prompt"], **(dict(completion=row["completion"]) if kind == "sft" else {}), answer=label, **info)
    if schema == "trl-conversational":
        return dict(prompt=asked, **(dict(completion=said) if kind == "sft" else {}), answer=label, **info)
    if schema == "openrlhf":
        return dict(input=row["prompt"], **(dict(output=row["completion"]) if kind == "sft" else {}), label=label, **info)
    extra = dict(split=split, index=index, answer=label, **info)
    if kind == "sft":
        return dict(data_source="igsm", messages=asked + said, question=row["prompt"], answer=row["completion"], extra_info=extra)
    return dict(data_source="igsm", prompt=asked, ability="math", reward_model=dict(style="rule", ground_truth=label), extra_info=extra)


def plain(value):
    """Without numpy, which pandas puts lists into."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and value != value else value


made = {}
for source, flags in SOURCES.items():
    for split, seed, count in (("train", 1, 12), ("test", 2, 5)):
        problems = bridge("generate", *flags, "--count", count, "--seed", seed)
        made[source, split, "rl"] = problems
        made[source, split, "sft"] = bridge("inject", "--arm", "bridge", given=problems)


def export(source, schema, kind, to):
    target = folder / f"{source}-{schema}-{kind}-{to}".replace(" ", "-")
    for split in ("train", "test"):
        bridge("export", "-o", target, "--format", schema, "--to", to, "--split", split, "--system", SYSTEM, "--data-source", "igsm", given=made[source, split, kind])
    return target


def check_folder(source, schema, kind, to):
    target, where = export(source, schema, kind, to), f"{source}, {schema}, {kind}, {to}"
    loaded = datasets.load_dataset(str(target))
    expect(sorted(loaded), ["test", "train"], f"{where}: splits by the card")
    for split in ("train", "test"):
        wanted = [expected_row(row, schema, kind, index, split) for index, row in enumerate(rows_of(made[source, split, kind]))]
        expect(list(loaded[split]), wanted, f"{where}: rows of {split}")
        file = target / "data" / f"{split}-00000-of-00001.{to}"
        alone = datasets.load_dataset("parquet" if to == "parquet" else "json", data_files=str(file))["train"]
        # JSON has no types: a column without any value is null there, unless the card says more.
        if to == "parquet":
            expect(alone.features, loaded[split].features, f"{where}: types by the card and by the file")
            table = pyarrow.parquet.read_table(file)
            expect(table.to_pylist(), wanted, f"{where}: rows of {split} by pyarrow")
            frame = pandas.read_parquet(file)
            expect([plain(row) for row in frame.to_dict("records")], wanted, f"{where}: rows of {split} by pandas")
        else:
            expect(list(alone), wanted, f"{where}: rows of {split} without the card")
    return target, loaded


opened = {}
for schema in ("trl", "trl-conversational", "verl", "openrlhf"):
    for kind in ("sft", "rl"):
        for to in ("parquet", "jsonl"):
            opened[schema, kind, to] = check_folder("terse igsm", schema, kind, to)
for source in ("prose igsm", "logic"):
    for schema, kind in (("trl", "sft"), ("verl", "rl"), ("verl", "sft")):
        opened[source, schema, kind] = check_folder(source, schema, kind, "parquet")

# verl reads RL data by `datasets`, all files of a run as one, and SFT data by pandas.
text, number = datasets.Value("string"), datasets.Value("int64")
message = datasets.List({"role": text, "content": text})
features = datasets.Features(
    data_source=text, prompt=message, ability=text, reward_model=dict(style=text, ground_truth=text),
    extra_info=dict(split=text, index=number, answer=text, problem=text, operations=number, structure_hash=text, modulus=number))
parts = [opened["verl", "rl", "parquet"][1]["train"], *(opened[source, "verl", "rl"][1]["train"] for source in ("prose igsm", "logic"))]
for part in parts:
    expect(part.features, features, "verl: types of RL data")
expect(len(datasets.concatenate_datasets(parts)), 36, "verl: files of several sources as one")
files = [str(opened[key][0] / "data" / "train-00000-of-00001.parquet") for key in (("verl", "rl", "parquet"), ("prose igsm", "verl", "rl"), ("logic", "verl", "rl"))]
expect(len(datasets.load_dataset("parquet", data_files=files)["train"]), 36, "verl: several files of a run")

tokenizer = AutoTokenizer.from_pretrained(root / "packages" / "base-igsm" / "model")
tokenizer.chat_template = "{% for message in messages %}<{{ message.role }}>{{ message.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
for row in opened["verl", "rl", "parquet"][1]["train"]:
    told = tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False)
    expect(told, f"<system>{SYSTEM}<user>{row['prompt'][-1]['content']}<assistant>", "verl: a prompt in a chat template")
frame = pandas.read_parquet(opened["verl", "sft", "parquet"][0] / "data" / "train-00000-of-00001.parquet")
expect([[turn["role"] for turn in turns] for turns in frame["messages"]], [["system", "user", "assistant"]] * 12, "verl: turns of SFT data")
expect(frame["extra_info"].map(lambda info: info["index"]).tolist(), list(range(12)), "verl: places of SFT data")


def tiny_model():
    torch.manual_seed(1)
    return Qwen3ForCausalLM(Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1, head_dim=8,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, tie_word_embeddings=True))


common = dict(output_dir=str(folder / "trained"), max_steps=1, per_device_train_batch_size=4, bf16=False, use_cpu=True, report_to=[], save_strategy="no", logging_steps=1, disable_tqdm=True)
for schema in ("trl", "trl-conversational"):
    for to in ("parquet", "jsonl"):
        where = f"{schema}, {to}"
        trained = SFTTrainer(model=tiny_model(), processing_class=tokenizer, train_dataset=opened[schema, "sft", to][1]["train"], args=SFTConfig(max_length=512, **common))
        trained.remove_callback(PrinterCallback)
        first = trained.train_dataset[0]
        demonstration = rows_of(made["terse igsm", "train", "sft"])[0]
        learned = [token for token in first["labels"] if token != -100]
        expect(demonstration["completion"] in tokenizer.decode(learned), True, f"{where}: SFTTrainer learns the completion")
        expect(demonstration["prompt"].strip() in tokenizer.decode(learned), False, f"{where}: SFTTrainer leaves the prompt alone")
        expect(trained.train().training_loss > 0, True, f"{where}: a step of SFTTrainer")
        seen = []

        def reward(prompts, completions, answer, operations, problem, modulus, **rest):
            seen.extend(zip(prompts, answer, operations, problem, modulus))
            return [float(len(str(completion)) % 3) for completion in completions]

        trained = GRPOTrainer(model=tiny_model(), processing_class=tokenizer, reward_funcs=reward, train_dataset=opened[schema, "rl", to][1]["train"],
                              args=GRPOConfig(num_generations=2, max_completion_length=8, **common))
        trained.remove_callback(PrinterCallback)
        expect(trained.train().global_step, 1, f"{where}: a step of GRPOTrainer")
        rows = [expected_row(row, schema, "rl", 0, "train") for row in rows_of(made["terse igsm", "train", "rl"])]
        known = [(row["prompt"], row["answer"], row["operations"], row["problem"], row["modulus"]) for row in rows]
        expect(len(seen) == 4 and all(each in known for each in seen), True, f"{where}: what GRPOTrainer tells the reward")

print(f"{checks} checks, {len(failures)} failed")
sys.exit(1 if failures else 0)
