"""The functions that users of PyTorch call, on one thread. Reads lines of "what type elements repeats" from standard input,
and answers each with the seconds that the calls took. The first argument is the largest number of elements."""

import sys
import time

try:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, softplus
except ImportError:
    sys.exit()

torch.set_num_threads(1)
torch.manual_seed(1)
LARGEST = int(sys.argv[1])
LOGITS = torch.rand(LARGEST, dtype=torch.float64) * 16 - 8
TARGETS = (torch.rand(LARGEST) < 0.25).double()
TYPES = {"f32": torch.float32, "f64": torch.float64}
INPUTS = {name: (LOGITS.to(dtype), TARGETS.to(dtype)) for name, dtype in TYPES.items()}
FIVE = {dtype: torch.tensor(5, dtype=dtype) for dtype in TYPES.values()}


def loss(logits, targets, pos_weight=None):
    return binary_cross_entropy_with_logits(logits, targets, pos_weight=pos_weight)


def loss_and_gradient(logits, targets, pos_weight=None):
    logits.grad = None
    loss(logits, targets, pos_weight).backward()


def balanced_loss(logits, targets):
    return loss(logits, targets, FIVE[logits.dtype])


def balanced_loss_and_gradient(logits, targets):
    loss_and_gradient(logits, targets, FIVE[logits.dtype])


FUNCTIONS = {
    "loss": loss,
    "loss_and_gradient": loss_and_gradient,
    "balanced_loss": balanced_loss,
    "balanced_loss_and_gradient": balanced_loss_and_gradient,
    "sigmoid": lambda logits, _: torch.sigmoid(logits),
    "softplus": lambda logits, _: softplus(logits),
}

print("PyTorch", torch.__version__.split("+")[0], flush=True)
for line in sys.stdin:
    what, dtype, n, repeats = line.split()
    logits, targets = (tensor[: int(n)].detach() for tensor in INPUTS[dtype])
    logits.requires_grad_(what.endswith("loss_and_gradient"))
    function = FUNCTIONS[what]
    start = time.perf_counter()
    for _ in range(int(repeats)):
        function(logits, targets)
    print(f"{time.perf_counter() - start:.9f}", flush=True)
