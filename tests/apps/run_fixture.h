#pragma once

#include "formats/npy_file.h"
#include "run_program.h"
#include "runtime/random_model.h"

/// A random model as a file, and a file of inputs for it.
struct RunFixture {
  TemporaryFolder folder;
  RandomModel model;
  std::string path = (folder.path() / "model.safetensors").string(), input = (folder.path() / "in.npy").string();

  RunFixture(uint64_t seed, int64_t batch) : model(random_model(seed)) {
    model.save(path);
    auto shape = model.description.graph.dimensions(model.description.graph.input().shape);
    shape.insert(shape.begin(), batch);
    tnn::write_npy(input, {shape, model.input(batch, seed), false});
  }

  /// `tnn run` of the model and these inputs.
  std::string command(const std::string& output, const std::string& arguments = "") const {
    return "run " + path + " --input " + input + " --output '" + output + "' " + arguments;
  }

  /// The outputs of `tnn run` with further arguments.
  tnn::NpyArray run(const std::string& arguments) const {
    const auto output = folder.path() / "out.npy";
    const Outcome outcome = tnn_run(command(output.string(), arguments));
    INFO(arguments << ": " << outcome.err);
    REQUIRE(outcome.code == 0);
    return tnn::read_npy(output);
  }
};
