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

  /// The outputs of `tnn run` with further arguments, each from its file.
  std::vector<tnn::NpyArray> run(const std::string& arguments) const {
    const TemporaryFolder results;
    const Outcome outcome = tnn_run(command((results.path() / "out.npy").string(), arguments));
    INFO(arguments << ": " << outcome.err);
    REQUIRE(outcome.code == 0);
    const auto& outputs = model.description.graph.outputs();
    std::vector<tnn::NpyArray> all;
    for (const tnn::Output& output : outputs)
      all.push_back(tnn::read_npy(results.path() / (outputs.size() == 1 ? "out.npy" : "out-" + output.name + ".npy")));
    const std::filesystem::directory_iterator files(results.path());
    CHECK(static_cast<size_t>(std::distance(begin(files), end(files))) == outputs.size());
    return all;
  }
};
