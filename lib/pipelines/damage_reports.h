#pragma once

#include <memory>
#include <string>

#include "core/progress.h"
#include "data/image_set.h"

namespace tnn {

/// Passes progress on, and tells of each damaged image or clip that was left out meanwhile: by name, and how many there are so far; at
/// first which files of the folders are no images of the set.
class DamageReports : public Progress {
 public:
  DamageReports(Progress& inner, std::shared_ptr<const ImageSet> images) : inner_(inner), images_(std::move(images)) {
    const EncodedSamples* samples = images_->samples();
    if (samples && !samples->left_out().empty()) inner_.message(samples->left_out().line());
  }

  void begin(const std::string& phase, int64_t total, const std::string& unit) override { inner_.begin(phase, total, unit); }
  void advance(int64_t done, const Figures& figures) override {
    report();
    inner_.advance(done, figures);
  }
  void end() override {
    inner_.end();
    report();
  }
  void message(const std::string& line) override { inner_.message(line); }

 private:
  void report() {
    if (!images_->samples()) return;
    DamageLog& log = images_->samples()->damage();
    for (const auto& [name, problem] : log.take_new())
      inner_.message(name + ": damaged, left out: " + problem + " (" + std::to_string(log.count()) + " so far)");
  }

  Progress& inner_;
  std::shared_ptr<const ImageSet> images_;
};

}  // namespace tnn
