#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "data/clip_tree.h"
#include "run_program.h"

namespace tnn::test {

/// A small network of 3d convolutions for clips of four frames of 12 x 16 pixels.
inline constexpr const char* kSmallC3d = R"({"format": "tnn-graph", "version": 1, "name": "small_c3d",
 "gates": [{"name": "width", "kind": "channel", "groups": 4, "min_active": 1}],
 "spaces": [{"name": "first", "channels": 8, "gate": "width"}, {"name": "second", "channels": 16, "gate": "width"},
            {"name": "classes", "channels": 3}],
 "nodes": [
  {"name": "input", "kind": "input", "inputs": [], "shape": [3, 4, 12, 16]},
  {"name": "conv1", "kind": "convolution", "inputs": ["input"], "space": "first", "kernel": [3], "padding": [1], "bias": false},
  {"name": "norm1", "kind": "batch_norm", "inputs": ["conv1"]},
  {"name": "relu1", "kind": "relu", "inputs": ["norm1"]},
  {"name": "pool1", "kind": "max_pool", "inputs": ["relu1"], "kernel": [1, 2, 2]},
  {"name": "conv2", "kind": "convolution", "inputs": ["pool1"], "space": "second", "kernel": [3], "padding": [1], "bias": false},
  {"name": "norm2", "kind": "batch_norm", "inputs": ["conv2"]},
  {"name": "relu2", "kind": "relu", "inputs": ["norm2"]},
  {"name": "mean", "kind": "global_average_pool", "inputs": ["relu2"]},
  {"name": "flat", "kind": "flatten", "inputs": ["mean"]},
  {"name": "classifier", "kind": "linear", "inputs": ["flat"], "space": "classes"}],
 "outputs": [{"name": "logits", "node": "classifier"}]})";

/// Clips of three classes, six to train and three to test, and a recipe for them.
struct OwnClips {
  OwnClips() {
    write_jester_tree(root, "annotations", "own");
    write_file_atomically(folder.path() / "net.json", kSmallC3d);
    write_file_atomically(recipe(), "model: {name: file, file: " + (folder.path() / "net.json").string() +
                                        "}\n"
                                        "data: {name: jester, validation_fraction: 0.5, crop: center}\n"
                                        "training: {epochs: 2, batch_size: 3, chunks: 1, recalibration_images: 3}\n"
                                        "run: {threads: 1}\n");
  }
  std::filesystem::path recipe() const { return folder.path() / "own.yaml"; }
  Outcome train(const std::string& arguments) const { return train(arguments, root); }
  Outcome train(const std::string& arguments, const std::filesystem::path& data) const {
    return tnn_run("train " + recipe().string() + " --out " + run.string() + " --data-root " + data.string() + " " + arguments);
  }
  std::string data_root() const { return " --data-root " + root.string(); }
  nlohmann::json curve() const { return nlohmann::json::parse(read_file(run / "curve.json")); }

  TemporaryFolder folder;
  std::filesystem::path root = folder.path() / "clips", run = folder.path() / "run", packed = folder.path() / "own.h5";
};

}  // namespace tnn::test
