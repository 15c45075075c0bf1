#!/usr/bin/env python3
"""Trains one MLP shape by every recipe of recipes.py and several seeds, and writes the ONNX files.

    python3 models/compare.py --data DIR --out DIR [--width 128] [--epochs 10] [--seeds 1 2 3] [--recipes NAME ...]

`test/bench/recipes.ts` then measures accuracy and the recall of proved NAPs. Files that exist are kept.
"""
import argparse
import json
from pathlib import Path

import torch

import onnx_files
from datasets import mnist_splits
from networks import Mlp
from recipes import RECIPES
from training import Schedule, correct, fit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the MNIST IDX files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), choices=list(RECIPES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    splits = mnist_splits(arguments.data)
    for seed in arguments.seeds:
        for name in arguments.recipes:
            path = arguments.out / f"{name}-{seed}.onnx"
            if path.exists():
                continue
            torch.manual_seed(seed)
            network = Mlp([784, *[arguments.width] * 4, 10])
            recipe = RECIPES[name](network)
            fit([network, recipe.extra], recipe.loss, splits["fit"], Schedule(arguments.epochs, shift=1))
            network.eval()
            onnx_files.write(path, network, "image", [784], 10)
            tested = len(splits["test"][1])
            print(json.dumps({"recipe": name, "seed": seed, "test": correct(network, splits["test"]) / tested}), flush=True)


if __name__ == "__main__":
    main()
