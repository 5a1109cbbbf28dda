#pragma once

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "formats/safetensors.h"
#include "run_program.h"

inline bool has_fashion_mnist() { return std::filesystem::exists("/usr/share/datasets/fashion-mnist"); }

/// A small training on real images: epochs of 26 steps.
inline std::string small_training(const std::filesystem::path& out, int epochs = 2, int threads = 1) {
  return "train " TNN_SOURCE_DIR "/recipes/quickstart.yaml --threads " + std::to_string(threads) +
         " --set training.epochs=" + std::to_string(epochs) +
         " --set data.train_limit=1900 --set data.test_limit=200"
         " --set data.validation_fraction=0.1 --set training.batch_size=64 --set 'model.stages=[\"8\", M, \"16\", M]' --set "
         "model.cardinality=4"
         " --set training.validate_epochs=1 --set training.recalibration_images=500 --out " +
         out.string();
}

inline std::string tensors_of(const std::filesystem::path& path) {
  const tnn::SafetensorsFile file(path);
  std::string bytes;
  for (const tnn::TensorView& tensor : file.tensors())
    bytes += tensor.name + std::string(reinterpret_cast<const char*>(tensor.data), tensor.bytes());
  return bytes;
}

inline int lines_in(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return 0;
  const std::string text = tnn::read_file(file);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

/// How a training ended that was sent signals once metrics.jsonl had some lines, and more than before; code -1: it never had.
struct Stopped {
  int code = -1;
  std::string err;
};

/// `before`: shell commands before the program takes the shell's place.
inline Stopped stop_training(const std::string& arguments, const std::filesystem::path& run, int lines, const std::vector<int>& signals,
                             const std::string& before = "") {
  const TemporaryFolder folder;
  const auto err = folder.path() / "err", metrics = run / "metrics.jsonl";
  const int wanted = std::max(lines, lines_in(metrics) + 1);
  const pid_t child =
      start_command(before + "exec " TNN_PROGRAM " " + arguments + " --set training.log_steps=1", folder.path() / "out", err);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  for (int status = 0; std::chrono::steady_clock::now() < give_up && waitpid(child, &status, WNOHANG) == 0;) {
    if (lines_in(metrics) >= wanted) {
      for (const int signal : signals) kill(child, signal);
      const int code = wait_for(child);
      return {code, tnn::read_file(err)};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  return {};
}

/// The exit code alone.
inline int stop_after(const std::string& arguments, const std::filesystem::path& run, int lines, int signal) {
  return stop_training(arguments, run, lines, {signal}).code;
}
