"""One network, trained twice in PyTorch from one seed: with its own loss and with that of logit_loss.py.

Data, layers and steps are those of the Rust example `imbalanced`: red wines, of which 217 of 1,599 are good. Then the
gradients of single logits, and the time of both losses.
"""
import platform
import statistics
import time

import numpy as np
import torch

import logit_loss
import wines

SEED = 1
EPOCHS = 60
BATCH = 64
HIDDEN = [64, 64, 32]
SHOWN = [1, 2, 5, 10, 20, 40, EPOCHS]
SIZES = [BATCH, 1 << 12, 1 << 16, 1 << 20]
SECONDS = 3.0


def criteria(reduction: str) -> dict:
    ours = logit_loss.BCEWithLogits(reduction=reduction)
    return {"PyTorch": torch.nn.BCEWithLogitsLoss(reduction=reduction), "logit-loss": logit_loss.torch_loss(ours)}


def network(inputs: int) -> torch.nn.Sequential:
    """ReLU layers that start as He et al. have it, and one logit."""
    layers: list[torch.nn.Module] = []
    for outputs in [*HIDDEN, 1]:
        linear = torch.nn.Linear(inputs, outputs)
        torch.nn.init.kaiming_uniform_(linear.weight, nonlinearity="relu")
        torch.nn.init.zeros_(linear.bias)
        layers += [linear, torch.nn.ReLU()]
        inputs = outputs
    return torch.nn.Sequential(*layers[:-1])


def train(criterion, features, targets, held_out_features, held_out_targets):
    """The mean loss of each epoch, the held-out loss after it, the logits at the end, and the seconds of it all."""
    torch.manual_seed(SEED)
    model = network(features.shape[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    curve = []
    start = time.perf_counter()
    for _ in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(len(targets)).split(BATCH):
            optimizer.zero_grad()
            loss = criterion(model(features[rows]).squeeze(1), targets[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            held_out = criterion(model(held_out_features).squeeze(1), held_out_targets).item()
        curve.append((total / len(targets), held_out))
    seconds = time.perf_counter() - start
    with torch.no_grad():
        return curve, model(features).squeeze(1), seconds


def gradient(criterion, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    logits = logits.detach().requires_grad_()
    criterion(logits, targets).backward()
    return logits.grad


def compare_training() -> None:
    features, targets = wines.load()
    rows, held_out = wines.split(targets, SEED)
    mean, deviation = features[rows].mean(0), features[rows].std(0)
    features = torch.from_numpy((features - mean) / deviation)
    targets = torch.from_numpy(targets)
    parts = features[rows], targets[rows], features[held_out], targets[held_out]
    runs = {name: train(criterion, *parts) for name, criterion in criteria("mean").items()}
    print(f"Red wines: {len(rows)} to train on, {int(parts[1].sum())} of them good, {len(held_out)} held out\n")
    print("| epoch | training: PyTorch | logit-loss | held out: PyTorch | logit-loss |")
    print("|------:|------------------:|-----------:|------------------:|-----------:|")
    (theirs, _, their_time), (ours, logits, our_time) = runs.values()
    for epoch in SHOWN:
        a, b = theirs[epoch - 1], ours[epoch - 1]
        print(f"| {epoch:5} | {a[0]:17.6f} | {b[0]:10.6f} | {a[1]:17.6f} | {b[1]:10.6f} |")
    print(f"\nSeconds of training: PyTorch {their_time:.2f}, logit-loss {our_time:.2f}")
    print(f"The largest logit at the end is {logits.abs().max():.0f}")


def compare_gradients() -> None:
    logits = torch.tensor([5, 15, 16, 17, 18, 20, 40, 88, 100, -15, -20, -100], dtype=torch.float32)
    targets = (logits > 0).float()
    columns = [gradient(criterion, logits, targets) for criterion in criteria("sum").values()]
    exact = (torch.sigmoid(-logits.double().abs()) * (1 - 2 * targets)).float()
    print("\n| logit, target | gradient: PyTorch | logit-loss | exact |\n|--------------:|--:|--:|--:|")
    for x, t, *values in zip(logits, targets, *columns, exact):
        print(f"| {x:.0f}, {t:.0f} | " + " | ".join(f"{value:.4e}" if value else "0" for value in values) + " |")


def compare_times() -> None:
    print("\n| elements | PyTorch, us | logit-loss, us | ratio | rounds |\n|---------:|--:|--:|--:|--:|")
    for size in SIZES:
        generator = torch.Generator().manual_seed(SEED)
        logits = (16 * torch.rand(size, generator=generator) - 8).requires_grad_()
        targets = (torch.rand(size, generator=generator) < 0.25).float()
        repeats = max(1, 20_000 // size)
        contestants = criteria("mean")
        times: dict[str, list[float]] = {name: [] for name in contestants}
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end or len(times["PyTorch"]) < 5:
            for name, criterion in contestants.items():
                start = time.perf_counter()
                for _ in range(repeats):
                    logits.grad = None
                    criterion(logits, targets).backward()
                times[name].append((time.perf_counter() - start) / repeats * 1e6)
        theirs, ours = map(statistics.median, times.values())
        ratio = statistics.median(a / b for a, b in zip(*times.values()))
        print(f"| {size:,} | {theirs:.0f} | {ours:.0f} | {ratio:.1f} | {len(times['PyTorch'])} |")


if __name__ == "__main__":
    # The loss has one thread, so PyTorch has one too.
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, numpy {np.__version__}, Python {platform.python_version()}, one thread\n")
    compare_training()
    compare_gradients()
    compare_times()
