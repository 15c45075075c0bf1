"""Writes the networks as ONNX files with readable tensor names.

Neurons are addressed by the name of the tensor that enters a Relu, so these names are what users see:
`hidden1.z` enters the Relu of hidden layer 1, whose output is `hidden1.a`; convolutions are `conv1.z`, `conv1.a`.
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from networks import ConvNet, Mlp

OPSET = 13
IR_VERSION = 7


class Graph:
    """Collects nodes and float32 weights (as raw data) in order."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: Tensor) -> str:
        array = np.ascontiguousarray(value.detach().numpy(), dtype=np.float32)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=f"{op}:{output}", **attributes))
        return output

    def affine(self, op: str, layer: nn.Module, source: str, name: str, output: str, **attributes: object) -> str:
        """Gemm or Conv with its weight and, only if the layer has one, its bias."""
        inputs = [source, self.weight(f"{name}.weight", layer.weight)]
        if layer.bias is not None:
            inputs.append(self.weight(f"{name}.bias", layer.bias))
        return self.node(op, inputs, output, **attributes)

    def dense_stack(self, layers: nn.ModuleList, source: str) -> None:
        """Gemm and Relu in turn; the last Gemm gives `logits`."""
        for number, layer in enumerate(layers, 1):
            if number == len(layers):
                self.affine("Gemm", layer, source, "output", "logits", transB=1)
            else:
                z = self.affine("Gemm", layer, source, f"hidden{number}", f"hidden{number}.z", transB=1)
                source = self.node("Relu", [z], f"hidden{number}.a")


def mlp_graph(network: Mlp, source: str) -> Graph:
    graph = Graph()
    if network.scaling is not None:
        offset, divisor = network.scaling
        shifted = graph.node("Sub", [source, graph.weight("input.offset", offset)], "input.shifted")
        source = graph.node("Div", [shifted, graph.weight("input.divisor", divisor)], "input.scaled")
    graph.dense_stack(network.dense, source)
    return graph


def conv_graph(network: ConvNet, source: str) -> Graph:
    graph = Graph()
    for number, (conv, norm) in enumerate(zip(network.conv, network.norm), 1):
        name = f"conv{number}"
        sums = graph.affine(
            "Conv", conv, source, name, f"{name}.sum",
            kernel_shape=list(conv.kernel_size), strides=list(conv.stride), pads=list(conv.padding) * 2,
        )
        zero = norm.weight.detach() * 0
        statistics = [
            graph.weight(f"{name}.norm.scale", norm.weight),
            graph.weight(f"{name}.norm.offset", norm.bias if isinstance(norm, nn.BatchNorm2d) else zero),
            graph.weight(f"{name}.norm.mean", norm.running_mean if isinstance(norm, nn.BatchNorm2d) else zero),
            graph.weight(f"{name}.norm.var", norm.running_var),
        ]
        z = graph.node("BatchNormalization", [sums, *statistics], f"{name}.z", epsilon=norm.eps)
        active = graph.node("Relu", [z], f"{name}.a")
        source = graph.node("MaxPool", [active], f"{name}.pool", kernel_shape=[2, 2], strides=[2, 2])
    graph.dense_stack(network.dense, graph.node("Flatten", [source], "features", axis=1))
    return graph


def write(path: Path, network: nn.Module, input_name: str, input_shape: list[int], classes: int) -> None:
    """Write `network` with input [batch, *input_shape] and output `logits` [batch, classes]."""
    build = conv_graph if isinstance(network, ConvNet) else mlp_graph
    content = build(network, input_name)
    graph = helper.make_graph(
        content.nodes, path.stem,
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", *input_shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", classes])],
        content.weights,
    )
    model = helper.make_model(graph, producer_name="napcert", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
