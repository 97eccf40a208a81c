"""Trains the LoRA adapter of this folder and writes it to adapter/.

    pip install -r requirements.txt
    python train.py

Everything that decides the result is in config.json, train.jsonl and validation.jsonl: token ids as the
model is served them, and a mask of the tokens that are learned. No template is applied here. Ended at any
time, the same command goes on from checkpoint.pt.
"""

import argparse
import hashlib
import json
import math
import os
import random
import shutil
import signal
import sys
import time
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoModelForCausalLM
from transformers.utils.logging import disable_progress_bar

SECONDS_BETWEEN_CHECKPOINTS = 60


def main():
    arguments = parse_arguments()
    warnings.simplefilter("ignore", FutureWarning)
    disable_progress_bar()
    job = arguments.job.resolve()
    config = read_json(job / "config.json")
    manifest = read_json(job / "manifest.json")
    if is_done(job, manifest):
        print("adapter/ is there already; nothing to do")
        return
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    assert_whole(job, manifest)
    base = find_base(arguments.base or manifest["baseName"], job, manifest)
    model = open_model(base, config, device, arguments.gradient_checkpointing)
    run = Run(job, config, model, device, arguments.micro_tokens)
    install_signal_handlers(run)
    run.restore(manifest["id"])
    run.train(manifest["id"])
    run.write_result(manifest["id"])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--job", type=Path, default=Path(__file__).parent, help="job folder")
    parser.add_argument("--base", help="folder or hub name of the base (default: as in manifest.json)")
    parser.add_argument("--device", help="cuda, cuda:1, mps, cpu (default: cuda where there is one)")
    parser.add_argument(
        "--micro-tokens", type=int, default=2048, help="tokens computed at once; fewer need less memory (default: 2048)"
    )
    parser.add_argument(
        "--gradient-checkpointing", action="store_true", help="compute layers twice, to save memory"
    )
    return parser.parse_args()


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def is_done(job, manifest):
    result = job / "result.json"
    return result.exists() and read_json(result)["job"] == manifest["id"]


def assert_whole(job, manifest):
    """A copy that lost something on its way is not trained on."""
    for file, expected in manifest["files"].items():
        if sha256(job / file) != expected:
            sys.exit(f"error: {file} is not as it was written: copy the job folder again, without changes")


def find_base(name, job, manifest):
    """The model folder, after its weights were compared with those that the tokens were made for."""
    folder = next((path for path in (job / name, Path(name)) if (path / "config.json").exists()), None)
    if folder is None:
        from huggingface_hub import snapshot_download

        patterns = ["*.json", "*.safetensors", "*.jinja"]
        folder = Path(snapshot_download(name, allow_patterns=patterns))
    for file, expected in manifest["base"].items():
        path = folder / file
        if not path.exists():
            sys.exit(f"error: the base in {folder} has no {file}")
        if sha256(path) != expected:
            sys.exit(f"error: {path} is not the base of this job: its SHA-256 is not {expected[:12]}...")
    return folder


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def open_model(base, config, device, gradient_checkpointing):
    torch.manual_seed(config["seed"])
    model = AutoModelForCausalLM.from_pretrained(base, dtype=weights_dtype(config["dtype"], device))
    model.config.use_cache = False
    lora = LoraConfig(
        r=config["rank"],
        lora_alpha=config["alpha"],
        target_modules=config["targetModules"],
        task_type="CAUSAL_LM",
    )
    # PEFT keeps the matrices in float32 whatever the base has.
    model = get_peft_model(model, lora).to(device)
    if gradient_checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
    return model.train()


def weights_dtype(name, device):
    if name != "auto":
        return getattr(torch, name)
    return torch.bfloat16 if device.startswith("cuda") and torch.cuda.is_bf16_supported() else torch.float32


class Run:
    """A training run: its steps are a function of config.json and the examples alone."""

    def __init__(self, job, config, model, device, micro_tokens):
        self.job, self.config, self.model, self.device = job, config, model, device
        self.micro_tokens = micro_tokens
        self.examples = read_examples(job / "train.jsonl")
        self.validation = read_examples(job / "validation.jsonl")
        self.steps = plan_steps(self.examples, config)
        self.warmup = math.ceil(config["warmup"] * len(self.steps))
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.trained, lr=config["learningRate"], betas=(0.9, 0.999), eps=1e-8,
            weight_decay=config["weightDecay"],
        )
        self.step, self.loss, self.interrupted = 0, None, False
        self.best = {"step": 0, "loss": None, "adapter": None}
        self.saved_at = time.monotonic()

    def train(self, job_id):
        count = len(self.steps)
        self.report(type="start", steps=count, resumedFrom=self.step, examples=len(self.examples))
        every = math.ceil(count / 10)
        started, done = time.monotonic(), 0
        left = sum(len(row["tokens"]) for _, rows in self.steps[self.step :] for row in rows)
        while self.step < count:
            epoch, rows = self.steps[self.step]
            begun = time.monotonic()
            outcome = self.take_step(rows)
            tokens = sum(len(row["tokens"]) for row in rows)
            done, left, now = done + tokens, left - tokens, time.monotonic()
            self.report(
                type="step", step=self.step, steps=count, epoch=epoch + 1, **outcome, tokens=tokens,
                tokensPerSecond=tokens / max(now - begun, 1e-6),
                secondsLeft=left * (now - started) / max(done, 1),
            )
            if self.validation and (self.step % every == 0 or self.step == count):
                self.validate()
            if self.interrupted:
                self.save(job_id)
                sys.exit(f"interrupted after step {self.step} of {count}; the same command goes on from there")
            if now - self.saved_at > SECONDS_BETWEEN_CHECKPOINTS:
                self.save(job_id)
        self.save(job_id)

    def take_step(self, rows):
        """One update: the loss is the mean over all trained tokens of the step."""
        rate = self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        trained = count_trained(rows)
        total = 0.0
        for batch in micro_batches(rows, self.micro_tokens):
            loss = self.summed_loss(batch) / trained
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(self.trained, self.config["clipNorm"]).item()
        if not (math.isfinite(total) and math.isfinite(norm)):
            sys.exit(f"error: training diverged in step {self.step + 1}: loss {total}, gradient norm {norm}; lower the learning rate")
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.loss = total
        return {"loss": total, "gradientNorm": norm, "learningRate": rate}

    def learning_rate(self):
        """A linear warm-up, then half a cosine down to 0."""
        peak, step = self.config["learningRate"], self.step
        if step < self.warmup:
            return peak * step / self.warmup
        progress = (step - self.warmup) / max(1, len(self.steps) - self.warmup)
        return peak * (1 + math.cos(math.pi * progress)) / 2

    def summed_loss(self, rows):
        tokens, attention, labels = (tensor.to(self.device) for tensor in pad(rows))
        logits = self.model(input_ids=tokens, attention_mask=attention).logits[:, :-1]
        chosen = labels[:, 1:] >= 0
        return F.cross_entropy(logits[chosen].float(), labels[:, 1:][chosen], reduction="sum")

    def validate(self):
        self.model.eval()
        with torch.no_grad():
            batches = micro_batches(self.validation, self.micro_tokens)
            total = sum(self.summed_loss(batch).item() for batch in batches)
        self.model.train()
        loss = total / count_trained(self.validation)
        is_best = self.best["loss"] is None or loss < self.best["loss"]
        if is_best:
            self.best = {"step": self.step, "loss": loss, "adapter": self.adapter_state()}
        self.report(type="validation", step=self.step, loss=loss, isBest=is_best)

    def adapter_state(self):
        return {name: value.detach().cpu().clone() for name, value in get_peft_model_state_dict(self.model).items()}

    def save(self, job_id):
        state = {
            "job": job_id,
            "step": self.step,
            "loss": self.loss,
            "adapter": self.adapter_state(),
            "optimizer": self.optimizer.state_dict(),
            "best": self.best,
        }
        partial = self.job / "checkpoint.partial"
        torch.save(state, partial)
        os.replace(partial, self.job / "checkpoint.pt")
        self.saved_at = time.monotonic()
        self.report(type="checkpoint", step=self.step, path="checkpoint.pt")

    def restore(self, job_id):
        path = self.job / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["job"] != job_id:
            return
        set_peft_model_state_dict(self.model, state["adapter"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.loss, self.best = state["step"], state["loss"], state["best"]

    def write_result(self, job_id):
        """The adapter appears whole; result.json comes last and says which job it belongs to."""
        if self.best["adapter"] is not None:
            set_peft_model_state_dict(self.model, self.best["adapter"])
        partial, target = self.job / "adapter.partial", self.job / "adapter"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        self.model.save_pretrained(partial)
        os.replace(partial, target)
        result = {
            "job": job_id,
            "steps": self.step,
            "bestStep": self.best["step"] or self.step,
            "loss": self.loss,
            "validationLoss": self.best["loss"],
            "device": torch.cuda.get_device_name() if self.device.startswith("cuda") else self.device,
            "torch": torch.__version__,
        }
        partial = self.job / "result.partial"
        partial.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        os.replace(partial, self.job / "result.json")

    def report(self, **event):
        line = json.dumps(event)
        with open(self.job / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(line + "\n")
        # Who started this reads the same lines here, across any connection.
        print(line, flush=True)


def read_examples(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def plan_steps(examples, config):
    """(epoch, examples) of each step: shuffled by seed and epoch, in even parts of about batchTokens."""
    total = sum(len(row["tokens"]) for row in examples)
    count = max(1, round(total / config["batchTokens"]))
    steps = []
    for epoch in range(config["epochs"]):
        order = list(range(len(examples)))
        random.Random(f"{config['seed']} {epoch}").shuffle(order)
        groups, filled = [[] for _ in range(count)], 0
        for row in (examples[i] for i in order):
            groups[min(count - 1, filled * count // total)].append(row)
            filled += len(row["tokens"])
        steps += [(epoch, group) for group in groups if group]
    return steps


def micro_batches(rows, most):
    """Rows of like length together, so that little is padded."""
    batch = []
    for row in sorted(rows, key=lambda row: len(row["tokens"])):
        if batch and (len(batch) + 1) * len(row["tokens"]) > most:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def pad(rows):
    """Token ids, attention mask, and labels with -1 where nothing is learned. All [rows, longest]."""
    length = max(len(row["tokens"]) for row in rows)
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    attention = torch.zeros_like(tokens)
    labels = torch.full_like(tokens, -1)
    for i, row in enumerate(rows):
        ids = torch.tensor(row["tokens"])
        tokens[i, : len(ids)] = ids
        attention[i, : len(ids)] = 1
        labels[i, : len(ids)] = torch.where(torch.tensor(row["mask"]) == 1, ids, -1)
    return tokens, attention, labels


def count_trained(rows):
    """The first token of a row has nothing to be predicted from."""
    return max(1, sum(sum(row["mask"][1:]) for row in rows))


def install_signal_handlers(run):
    def stop(_signal, _frame):
        run.interrupted = True

    # SIGHUP comes when the connection that started the job is closed.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


if __name__ == "__main__":
    main()
