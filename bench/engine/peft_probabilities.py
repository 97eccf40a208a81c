"""transformers with PEFT under the parity bench: what a model with an adapter expects behind each sequence.

One JSON line on stdout, with one list over the vocabulary per sequence:
    python peft_probabilities.py job.json
job.json is {"model": folder, "adapter": PEFT folder, "sequences": [[token, ...], ...]}.
"""

import json
import sys
import warnings

MISSING = 3  # exit code that the caller turns into advice

try:
    import peft
    import torch
    import transformers
except ImportError as error:
    print(json.dumps({"missing": error.name}))
    sys.exit(MISSING)


def load(job):
    base = transformers.AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32)
    return peft.PeftModel.from_pretrained(base, job["adapter"]).eval()


@torch.no_grad()
def probabilities(model, tokens):
    logits = model(input_ids=torch.tensor([tokens])).logits[0, -1]
    return logits.double().softmax(-1).tolist()


def main():
    job = json.loads(open(sys.argv[1]).read())
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore", FutureWarning)
    transformers.logging.disable_progress_bar()
    model = load(job)
    print(json.dumps({
        "probabilities": [probabilities(model, tokens) for tokens in job["sequences"]],
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__, "peft": peft.__version__},
    }))


main()
