"""A static model file of tnn (tnn export --format safetensors --u U) as plain PyTorch operations, for benchmarks: the graph in its metadata, node by
node. Batch norm that directly follows a convolution or linear layer is folded into its weights, as any deployment would."""
import json

KINDS = {"relu", "relu6", "sigmoid", "flatten", "dropout", "add", "concat", "channel_shuffle", "max_pool", "average_pool", "global_max_pool",
         "global_average_pool", "batch_norm", "convolution", "linear", "input"}


class StaticNet:
    def __init__(self, path, torch, device="cpu", dtype=None):
        self.torch, self.functional = torch, torch.nn.functional
        with open(path, "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            data = file.read()
        graph = json.loads(header.pop("__metadata__")["tnn.graph"])
        if graph["gates"]:
            raise ValueError(f"{path} is throttleable (a static cut is expected)")
        self.nodes, self.output = graph["nodes"], graph["outputs"][0]
        self.tensors = {name: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]), dtype=torch.float32).view(entry["shape"]).clone()
                        for name, entry in header.items() if entry["dtype"] == "F32"}
        unknown = {node["kind"] for node in self.nodes} - KINDS
        if unknown:
            raise ValueError(f"{path} has nodes that this reader does not know: {', '.join(sorted(unknown))}")
        self.weights = {node["name"]: self._weights(node) for node in self.nodes if node["kind"] in ("convolution", "linear")}
        self.folded = set()
        self._fold_batch_norms()
        place = {"device": device, "dtype": dtype or torch.float32}
        self.tensors = {name: tensor.to(**place) for name, tensor in self.tensors.items()}
        for name, (weight, bias) in self.weights.items():
            layout = {"memory_format": torch.channels_last} if weight.dim() == 4 else {}
            self.weights[name] = (weight.to(**place, **layout), None if bias is None else bias.to(**place))

    def _weights(self, node):
        return self.tensors[node["name"] + ".weight"], self.tensors.get(node["name"] + ".bias")

    def _fold_batch_norms(self):
        readers = {}
        for node in self.nodes:
            for name in node["inputs"]:
                readers[name] = readers.get(name, 0) + 1
        for node in self.nodes:
            source = node["inputs"][0] if node["inputs"] else None
            if node["kind"] != "batch_norm" or source not in self.weights or readers[source] != 1:
                continue
            scale, shift, mean, variance = (self.tensors[f"{node['name']}.{part}"] for part in ("weight", "bias", "running_mean", "running_var"))
            factor = scale / (variance + node["epsilon"]).sqrt()
            weight, bias = self.weights[source]
            bias = mean.new_zeros(len(mean)) if bias is None else bias
            self.weights[source] = weight * factor.view(-1, *[1] * (weight.dim() - 1)), (bias - mean) * factor + shift
            self.folded.add(node["name"])

    def __call__(self, x):
        if x.dim() == 4:
            x = x.contiguous(memory_format=self.torch.channels_last)
        values = {}
        for node in self.nodes:
            inputs = [values[name] for name in node["inputs"]]
            values[node["name"]] = x if node["kind"] == "input" else self._compute(node, inputs)
        return values[self.output]

    def _compute(self, node, inputs):
        kind, f, x = node["kind"], self.functional, inputs[0]
        if kind == "convolution":
            weight, bias = self.weights[node["name"]]
            convolution = f.conv3d if weight.dim() == 5 else f.conv2d
            groups = weight.shape[0] if node["depthwise"] else node["groups"]
            return convolution(x, weight, bias, node["stride"], node["padding"], node["dilation"], groups)
        if kind == "linear":
            return f.linear(x, *self.weights[node["name"]])
        if kind == "batch_norm":
            if node["name"] in self.folded:
                return x
            mean, variance, scale, shift = (self.tensors[f"{node['name']}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
            return f.batch_norm(x, mean, variance, scale, shift, eps=node["epsilon"])
        if kind in ("max_pool", "average_pool"):
            pool = getattr(f, f"{'max' if kind == 'max_pool' else 'avg'}_pool{x.dim() - 2}d")
            return pool(x, node["kernel"], node["stride"], node["padding"], ceil_mode=node["ceil_mode"])
        if kind in ("global_max_pool", "global_average_pool"):
            positions = tuple(range(2, x.dim()))
            return x.amax(positions, keepdim=True) if kind == "global_max_pool" else x.mean(positions, keepdim=True)
        if kind == "channel_shuffle":
            return x.view(x.shape[0], node["groups"], -1, *x.shape[2:]).transpose(1, 2).reshape(x.shape)
        if kind == "add":
            return sum(inputs[1:], x)
        return {"relu": f.relu, "relu6": f.relu6, "sigmoid": self.torch.sigmoid, "flatten": lambda t: t.flatten(1), "dropout": lambda t: t,
                "concat": lambda _: self.torch.cat(inputs, 1)}[kind](x)
