"""PyTorch with transformers and PEFT under the training bench: the same shapes and batches as Graft, timed.

Weights are random, since speed does not depend on them. One JSON line on stdout:
    python pytorch_lora.py --config config.json --batches batches.json --rank 8 --steps 3 --threads 2
    python pytorch_lora.py --config config.json --examples examples.jsonl --batch 4
A row is {"tokens": [...], "trained": [...]} with 1 in `trained` where the token is predicted and learned.
batches.json is a list of lists of rows; each line of examples.jsonl is one row.
"""

import argparse
import json
import resource
import statistics
import sys
import time
import warnings

MISSING = 3  # exit code that the caller turns into advice

try:
    import peft
    import torch
    import transformers
except ImportError as error:
    print(json.dumps({"missing": error.name}))
    sys.exit(MISSING)

IGNORED = -100


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True, help="config.json of a Hugging Face model")
    parser.add_argument("--batches", help="batches to take in turn; without them and --examples, one is made at random")
    parser.add_argument("--examples", help="examples to go through once, in batches of --batch rows")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--full", action="store_true", help="train all weights instead of LoRA")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32", help="of the frozen weights")
    parser.add_argument("--checkpointing", action="store_true", help="recompute activations in the backward pass")
    parser.add_argument("--trained-only", action="store_true", help="logits at trained positions only, not HF's own loss")
    return parser.parse_args()


def build_model(arguments):
    values = json.loads(open(arguments.config).read())
    config = transformers.CONFIG_MAPPING[values["model_type"]].from_dict(values)
    config.use_cache = False
    model = transformers.AutoModelForCausalLM.from_config(
        config, dtype=getattr(torch, arguments.dtype), attn_implementation="sdpa"
    )
    if arguments.checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    if not arguments.full:
        lora = peft.LoraConfig(task_type="CAUSAL_LM", r=arguments.rank, lora_alpha=2 * arguments.rank,
                               lora_dropout=0.0, target_modules="all-linear")
        model = peft.get_peft_model(model, lora)
    return model.train()


def collate(rows, pad):
    """Padded on the right to the longest row, as transformers' collators do."""
    length = max(len(row["tokens"]) for row in rows)
    fill = lambda values, filler: values + [filler] * (length - len(values))
    tokens = torch.tensor([fill(row["tokens"], pad) for row in rows])
    mask = torch.tensor([fill([1] * len(row["tokens"]), 0) for row in rows])
    trained = torch.tensor([fill(row["trained"], 0) for row in rows]).bool()
    return {"input_ids": tokens, "attention_mask": mask, "labels": tokens.masked_fill(~trained, IGNORED)}


def read_batches(arguments, model):
    """Batches to train on in turn, and the number of steps."""
    config, size = model.config, arguments.batch
    pad = config.pad_token_id or 0
    if arguments.examples:
        rows = [json.loads(line) for line in open(arguments.examples) if line.strip()]
        batches = [collate(rows[at : at + size], pad) for at in range(0, len(rows), size)]
        return batches, len(batches)
    if arguments.batches:
        batches = [collate(rows, pad) for rows in json.loads(open(arguments.batches).read())]
    else:
        torch.manual_seed(1)
        tokens = torch.randint(0, config.vocab_size, (size, arguments.length)).tolist()
        batches = [collate([{"tokens": row, "trained": [1] * len(row)} for row in tokens], pad)]
    return batches, arguments.steps


def trained_only_loss(model, batch, full):
    """What transformers could do: the output head at trained positions only."""
    causal = model if full else model.get_base_model()
    hidden = causal.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    labels = batch["labels"][:, 1:]
    chosen = labels != IGNORED
    return torch.nn.functional.cross_entropy(causal.lm_head(hidden[:, :-1][chosen]).float(), labels[chosen])


def train(arguments, model, batches, steps):
    parameters = [values for values in model.parameters() if values.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4)
    seconds, losses = [], []
    for step in range(steps):
        batch = batches[step % len(batches)]
        started = time.perf_counter()
        if arguments.trained_only:
            loss = trained_only_loss(model, batch, arguments.full)
        else:
            loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        seconds.append(time.perf_counter() - started)
    return seconds, losses


def peak_memory_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def report(arguments, model, batches, seconds, losses):
    used = [batches[step % len(batches)] for step in range(len(seconds))]
    rates = [batch["input_ids"].numel() / spent for batch, spent in zip(used, seconds)]
    rows = sum(len(batch["input_ids"]) for batch in used)
    return {
        "seconds": seconds,
        "losses": losses,
        "tokensPerSecond": {"best": max(rates), "median": statistics.median(rates)},
        "examplesPerSecond": rows / sum(seconds),
        # The part of all positions that holds tokens of examples.
        "filledShare": sum(int(b["attention_mask"].sum()) for b in used) / sum(b["input_ids"].numel() for b in used),
        "trainedParameters": sum(values.numel() for values in model.parameters() if values.requires_grad),
        "peakMemoryMb": peak_memory_mb(),
        "threads": torch.get_num_threads(),
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__, "peft": peft.__version__},
    }


def main():
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore", FutureWarning)
    model = build_model(arguments)
    batches, steps = read_batches(arguments, model)
    seconds, losses = train(arguments, model, batches, steps)
    print(json.dumps(report(arguments, model, batches, seconds, losses)))


main()
