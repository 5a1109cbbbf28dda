#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/descriptor.h"
#include "core/progress.h"

namespace tnn {

/// The folder of one run and what lies where in it.
class RunFolder {
 public:
  enum class Existing {
    refuse,    ///< a folder that holds a run already is an error
    resume,    ///< go on with the run there; an empty or absent folder starts one
    overwrite  ///< the run there is removed: only the files that it wrote (see files_of_run)
  };

  /// UsageError where `existing` does not allow what is there or another process runs in it; SystemError where the folder cannot be made or
  /// written in. Changes nothing.
  static void check(const std::filesystem::path& path, Existing existing);
  /// After such a check, creates or takes over a folder, and locks it for as long as the object lives. What killed processes left half
  /// written is removed; where no checkpoint is gone on from, so is an earlier training's file with the name `model`, that of the new one.
  static RunFolder open(const std::filesystem::path& path, Existing existing, const std::string& model = "");
  /// <folder>/<name>, the name by default the recipe's, else "run".
  static std::filesystem::path default_path(const std::string& folder, const std::string& name, const std::string& recipe_name);

  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path recipe() const { return path_ / "recipe.resolved.yaml"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path events() const { return path_ / "events"; }
  std::filesystem::path log() const { return path_ / "log.txt"; }
  std::filesystem::path curve() const { return path_ / "curve.json"; }
  /// The run folders of stages after the first, whether they are there or not: of its gates, and of its controller.
  std::vector<std::filesystem::path> stages() const { return {path_ / "gates", path_ / "controller"}; }
  std::filesystem::path outputs() const { return path_ / "outputs.h5"; }  ///< what a frozen data path says, for its controller
  bool holds_run() const;

 private:
  void remove_run() const;
  /// A training that begins anew must not leave the network of an earlier one beside its own files.
  void remove_earlier_model(const std::string& name) const;
  std::shared_ptr<const Descriptor> lock() const;
  std::filesystem::path path_;
  std::shared_ptr<const Descriptor> lock_;  ///< of the folder
};

/// Passes everything on and appends messages, with the time, to a run's log.txt.
class LoggingProgress : public Progress {
 public:
  LoggingProgress(Progress& next, std::filesystem::path log) : next_(next), log_(std::move(log)) {}
  void begin(const std::string& phase, int64_t total, const std::string& unit) override { next_.begin(phase, total, unit); }
  void advance(int64_t done, const Figures& figures) override { next_.advance(done, figures); }
  void end() override { next_.end(); }
  void message(const std::string& line) override;

 private:
  Progress& next_;
  std::filesystem::path log_;
};

/// Now, UTC, ISO 8601.
std::string utc_now();

}  // namespace tnn
