#!/usr/bin/env python3
"""Rebuilds a throttleable VGG-W in PyTorch from a model file of tnn and runs it, sliced, at the operating point nearest to U.
Needs torch, numpy and safetensors.
  docs/examples/vgg_from_safetensors.py MODEL.safetensors U INPUT.npy LOGITS.npy
"""
import json
import sys

import numpy
import torch
from safetensors import safe_open
from torch.nn import functional as F

class ThrottleableVgg(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            self.tensors = {name: file.get_tensor(name).float() for name in file.keys()}
        graph = json.loads(metadata["tnn.graph"])
        self.nodes = graph["nodes"]
        self.gates = {gate["name"]: gate["groups"] for gate in graph["gates"]}
        self.spaces = {space["name"]: space for space in graph["spaces"]}
        self.points = json.loads(metadata["tnn.operating_points"])

    def channels(self, node, active):
        """How many channels of a layer's output are open: the first d of D groups (nested gating)."""
        space = self.spaces[node["space"]]
        gate = space.get("gate")
        return space["channels"] if not gate else len(active[gate]) * space["channels"] // self.gates[gate]

    def norm(self, node, x, point):
        def tensor(shared, per_point):
            table = self.tensors.get(f"{node['name']}.{per_point}")
            return (self.tensors[f"{node['name']}.{shared}"] if table is None else table[point])[: x.shape[1]]
        return F.batch_norm(x, tensor("running_mean", "point_mean"), tensor("running_var", "point_var"), tensor("weight", "point_weight"),
                            tensor("bias", "point_bias"), eps=node["epsilon"])

    def forward(self, x, u):
        point = min(range(len(self.points)), key=lambda i: abs(self.points[i]["u"] - u))
        for node in self.nodes:
            kind, name = node["kind"], node["name"]
            if kind in ("convolution", "linear"):
                out = self.channels(node, self.points[point]["active"])
                weight = self.tensors[name + ".weight"][:out, : x.shape[1]]
                bias = self.tensors[name + ".bias"][:out] if node["bias"] else None
                x = F.linear(x, weight, bias) if kind == "linear" else F.conv2d(x, weight, bias, node["stride"], node["padding"], node["dilation"])
            elif kind == "batch_norm":
                x = self.norm(node, x, point)
            elif kind == "max_pool":
                x = F.max_pool2d(x, node["kernel"], node["stride"], node["padding"], ceil_mode=node["ceil_mode"])
            else:
                x = {"relu": F.relu, "flatten": lambda t: t.flatten(1)}.get(kind, lambda t: t)(x)  # input and dropout change nothing
        return x


if __name__ == "__main__":
    model, u, inputs, outputs = sys.argv[1:]
    with torch.no_grad():
        numpy.save(outputs, ThrottleableVgg(model)(torch.from_numpy(numpy.load(inputs)).float(), float(u)).numpy())
