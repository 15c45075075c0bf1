"""Fitting a network: shuffled batches, Adam with a one-cycle rate, and the count of correct answers."""
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from datasets import Split
from recipes import Loss


@dataclass(frozen=True)
class Schedule:
    """Adam with a one-cycle learning rate; `shift` moves each batch by up to so many pixels each way."""

    epochs: int
    batch: int = 128
    peak_rate: float = 3e-3
    shift: int = 0


def shifted(images: Tensor, pixels: int) -> Tensor:
    """The 28x28 images (as rows) moved by one random offset; MNIST's blank border leaves room for 1 pixel."""
    offset = torch.randint(-pixels, pixels + 1, (2,)).tolist()
    return images.view(-1, 28, 28).roll(offset, (1, 2)).flatten(1)


def fit(modules: list[nn.Module], loss: Loss, data: Split, schedule: Schedule) -> None:
    """Minimise `loss` over the shuffled batches of `data`; prints the mean loss of each epoch."""
    inputs, labels = (torch.from_numpy(part) for part in data)
    parameters = [p for module in modules for p in module.parameters()]
    optimizer = torch.optim.Adam(parameters, schedule.peak_rate)
    steps = -(-len(labels) // schedule.batch)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, schedule.peak_rate, schedule.epochs * steps)
    for epoch in range(schedule.epochs):
        total = 0.0
        for chosen in torch.randperm(len(labels)).split(schedule.batch):
            optimizer.zero_grad()
            batch = shifted(inputs[chosen], schedule.shift) if schedule.shift > 0 else inputs[chosen]
            value = loss(batch, labels[chosen])
            value.backward()
            optimizer.step()
            rate.step()
            total += value.item() * len(chosen)
        print(f"epoch {epoch + 1}/{schedule.epochs}: loss {total / len(labels):.4f}", flush=True)


def correct(network: nn.Module, split: Split) -> int:
    with torch.no_grad():
        predicted = network(torch.from_numpy(split[0])).argmax(1).numpy()
    return int(np.sum(predicted == split[1]))
