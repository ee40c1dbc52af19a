"""The red wines of the Rust examples, read where cargo keeps the crate `linfa-datasets`, which brings them."""
import gzip
import json
import subprocess
from pathlib import Path

import numpy as np

# Wines of this quality or better are the positive class.
GOOD = 7


def load() -> tuple[np.ndarray, np.ndarray]:
    """Features and targets of all 1,599, as float32. Cargo downloads the crate if it is not there."""
    manifest = Path(__file__).resolve().parents[2] / "Cargo.toml"
    command = ["cargo", "metadata", "--format-version", "1", "--manifest-path", str(manifest)]
    packages = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    folder = next(Path(p["manifest_path"]).parent for p in packages if p["name"] == "linfa-datasets")
    with gzip.open(folder / "data/winequality-red.csv.gz", "rt") as table:
        rows = np.loadtxt(table, delimiter=",", skiprows=1)
    return rows[:, :-1].astype(np.float32), (rows[:, -1] >= GOOD).astype(np.float32)


def split(targets: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on, and a fifth of each class to hold out."""
    rng = np.random.default_rng(seed)
    classes = [rng.permutation(np.flatnonzero(targets == c)) for c in (0, 1)]
    held_out = np.concatenate([rows[: len(rows) // 5] for rows in classes])
    train = np.concatenate([rows[len(rows) // 5 :] for rows in classes])
    return train, held_out
