"""Ways to train one MLP shape so that its activation patterns can be proved, side by side.

Every recipe turns a network into a loss and the extra modules that it trains along (heads, auxiliary networks), which
are dropped afterwards, so that all recipes give networks of equal shape. Layers are dense + ReLU; "block" is one of them.
"""
from dataclasses import dataclass
from typing import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from networks import Mlp

Loss = Callable[[Tensor, Tensor], Tensor]
ACTIVITY_COST = 1e-3


@dataclass(frozen=True)
class Recipe:
    """What is minimised, and the modules trained beside the network."""

    loss: Loss
    extra: nn.ModuleList


def class_code_loss(z: Tensor, labels: Tensor, classes: int, own: float = 3.0, rest: float = 0.1) -> Tensor:
    """Signed class code: neuron y of the first `classes` shall be >= 1, every other neuron <= -1.

    A hinge on the *signs* of one layer's pre-activations, max(0, 1 - target * z), summed with weight 1 over the
    first `classes` neurons and `rest` over the others. The class's own neuron counts `own` times: it is only one
    against nine, and a NAP can require it to be active only if it seldom stays off.
    """
    target = torch.full_like(z, -1.0)
    target[torch.arange(len(labels)), labels] = 1.0
    hinge = F.relu(1 - target * z) * torch.where(target > 0, own, 1.0)
    return (hinge[:, :classes].sum(1) + rest * hinge[:, classes:].sum(1)).mean()


def final_block_loss(network: Mlp, last: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of the output with an L1 cost of the last hidden layer's activity."""
    active = F.relu(last)
    return F.cross_entropy(network.dense[-1](active), labels) + ACTIVITY_COST * active.sum(1).mean()


def end_to_end(network: Mlp, code: bool) -> Recipe:
    """Ordinary training; with `code`, plus the signed class code on the last hidden layer but one."""

    def loss(inputs: Tensor, labels: Tensor) -> Tensor:
        *_, coded, last, logits = network.pre_activations(inputs)
        if not code:
            return F.cross_entropy(logits, labels)
        return final_block_loss(network, last, labels) + class_code_loss(coded, labels, logits.shape[1])

    return Recipe(loss, nn.ModuleList())


def local_loss(network: Mlp, code: bool, early_loss: Callable[[list[Tensor], Tensor], Tensor]) -> Loss:
    """No gradient crosses a block. Early blocks learn by `early_loss`, the last with the output from cross-entropy;
    the block before it, with `code`, from the signed class code alone."""

    def loss(inputs: Tensor, labels: Tensor) -> Tensor:
        *hidden, logits = network.pre_activations(inputs, block_local=True)
        early, last = (hidden[:-2], hidden[-1]) if code else (hidden[:-1], hidden[-1])
        value = early_loss(early, labels)
        if code:
            value = value + class_code_loss(hidden[-2], labels, logits.shape[1])
        return value + final_block_loss(network, last, labels)

    return loss


def block_local(network: Mlp, code: bool) -> Recipe:
    """Block-wise local cross-entropy through linear heads."""
    width, classes = network.dense[0].out_features, network.dense[-1].out_features
    heads = nn.ModuleList(nn.Linear(width, classes) for _ in range(len(network.dense) - (3 if code else 2)))

    def early_loss(early: list[Tensor], labels: Tensor) -> Tensor:
        return sum(F.cross_entropy(head(F.relu(z)), labels) for head, z in zip(heads, early))

    return Recipe(local_loss(network, code, early_loss), heads)


class MomentumAuxiliary(nn.Module):
    """Auxiliary network of a block: an exponential moving average of the next block, which no gradient trains, with a
    learnable bias, then a linear head (in the manner of momentum auxiliary networks)."""

    def __init__(self, following: nn.Linear, classes: int, decay: float = 0.995):
        super().__init__()
        self.following, self.decay = [following], decay  # in a list: not a parameter of this module
        self.register_buffer("weight", following.weight.detach().clone())
        self.register_buffer("bias", following.bias.detach().clone())
        self.learned = nn.Parameter(torch.zeros_like(self.bias))
        self.head = nn.Linear(following.out_features, classes)

    def forward(self, activation: Tensor) -> Tensor:
        with torch.no_grad():
            self.weight.lerp_(self.following[0].weight, 1 - self.decay)
            self.bias.lerp_(self.following[0].bias, 1 - self.decay)
        return self.head(F.relu(F.linear(activation, self.weight, self.bias + self.learned)))


def momentum_local(network: Mlp, code: bool) -> Recipe:
    """Block-wise local cross-entropy through momentum auxiliary networks."""
    classes = network.dense[-1].out_features
    hidden = network.dense[:-1]
    auxiliaries = nn.ModuleList(MomentumAuxiliary(following, classes) for following in hidden[1:])

    def early_loss(early: list[Tensor], labels: Tensor) -> Tensor:
        return sum(F.cross_entropy(extra(F.relu(z)), labels) for extra, z in zip(auxiliaries, early))

    return Recipe(local_loss(network, code, early_loss), auxiliaries)


class PatchHead(nn.Module):
    """Linear head shared by the patches (equal parts) of a feature vector; their logits are averaged."""

    def __init__(self, width: int, classes: int, patches: int = 4):
        super().__init__()
        self.patches, self.head = patches, nn.Linear(width // patches, classes)

    def forward(self, features: Tensor) -> Tensor:
        return self.head(features.view(len(features), self.patches, -1)).mean(1)


def hierarchical_local(network: Mlp, code: bool) -> Recipe:
    """Local modules on two levels: each block alone, and each two neighbours together (a gradient crosses one border),
    both with patch-wise heads (in the manner of hierarchical local learning with patch feature fusion)."""
    width, classes = network.dense[0].out_features, network.dense[-1].out_features
    count = len(network.dense) - (3 if code else 2)
    alone = nn.ModuleList(PatchHead(width, classes) for _ in range(count))
    pairs = nn.ModuleList(PatchHead(width, classes) for _ in range(count - 1))

    def early_loss(early: list[Tensor], labels: Tensor) -> Tensor:
        value = sum(F.cross_entropy(head(F.relu(z)), labels) for head, z in zip(alone, early))
        for head, z, following in zip(pairs, early, network.dense[1:]):
            value = value + F.cross_entropy(head(F.relu(following(F.relu(z)))), labels)
        return value

    return Recipe(local_loss(network, code, early_loss), nn.ModuleList([alone, pairs]))


RECIPES: dict[str, Callable[[Mlp], Recipe]] = {
    f"{name}{suffix}": (lambda network, make=make, code=code: make(network, code))
    for name, make in {
        "end-to-end": end_to_end,
        "block-local": block_local,
        "momentum-local": momentum_local,
        "hierarchical-local": hierarchical_local,
    }.items()
    for suffix, code in {"": False, "-code": True}.items()
}
