"""The networks as PyTorch modules. Each can give its pre-activations, because the recipes train on those."""
from typing import Optional

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Mlp(nn.Module):
    """Dense ReLU network; `sizes` are input, hidden..., classes. `scaling` = (offset, divisor) of the inputs."""

    def __init__(self, sizes: list[int], bias: bool = True, scaling: Optional[tuple[Tensor, Tensor]] = None):
        super().__init__()
        self.dense = nn.ModuleList(nn.Linear(a, b, bias=bias) for a, b in zip(sizes, sizes[1:]))
        self.scaling = scaling

    def scaled(self, inputs: Tensor) -> Tensor:
        return inputs if self.scaling is None else (inputs - self.scaling[0]) / self.scaling[1]

    def pre_activations(self, inputs: Tensor, block_local: bool = False) -> list[Tensor]:
        """z of every dense layer, the logits last. `block_local` cuts the gradient in front of each layer."""
        result, activation = [], self.scaled(inputs)
        for dense in self.dense:
            result.append(dense(activation.detach() if block_local else activation))
            activation = F.relu(result[-1])
        return result

    def forward(self, inputs: Tensor) -> Tensor:
        return self.pre_activations(inputs)[-1]


class ScaleNorm(nn.Module):
    """Batch normalisation that only scales: gamma * x / sqrt(E[x^2] + eps), per channel.

    No centring and no offset, so it keeps positive homogeneity at inference. It is stored as a
    BatchNormalization node with mean 0 and offset 0 (both exactly) and variance E[x^2].
    """

    def __init__(self, channels: int, momentum: float = 0.1, eps: float = 1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.momentum, self.eps = momentum, eps

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            power = x.square().mean((0, 2, 3))
            self.running_var.lerp_(power.detach(), self.momentum)
        else:
            power = self.running_var
        return x * (self.weight / torch.sqrt(power + self.eps)).view(1, -1, 1, 1)


class ConvNet(nn.Module):
    """Conv 8@5x5/2, norm, ReLU, pool 2; conv 16@3x3, norm, ReLU, pool 2; dense 144-32-10."""

    def __init__(self, zero_bias: bool):
        super().__init__()
        norm = ScaleNorm if zero_bias else nn.BatchNorm2d
        self.conv = nn.ModuleList([
            nn.Conv2d(1, 8, 5, stride=2, padding=2, bias=not zero_bias),
            nn.Conv2d(8, 16, 3, padding=1, bias=not zero_bias),
        ])
        self.norm = nn.ModuleList([norm(8), norm(16)])
        self.dense = nn.ModuleList([nn.Linear(144, 32, bias=not zero_bias), nn.Linear(32, 10, bias=not zero_bias)])

    def forward(self, inputs: Tensor) -> Tensor:
        x = inputs.view(-1, 1, 28, 28)
        for conv, norm in zip(self.conv, self.norm):
            x = F.max_pool2d(F.relu(norm(conv(x))), 2)
        return self.dense[1](F.relu(self.dense[0](x.flatten(1))))
