#include "tasks/classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/topk.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "data/class_labels.h"
#include "tasks/interval.h"

namespace tnn {
namespace {

constexpr const char* kLabel = ClassLabels::kTarget;

/// Right answers over all batches.
class RightAnswers : public MetricAccumulator {
 public:
  explicit RightAnswers(size_t classes) : classes_(classes) {}

  void add(const Outputs& outputs, const Targets& targets) override {
    const at::Tensor &logits = outputs.front(), &labels = targets.at(kLabel);
    samples_ += labels.size(0);
    top5_ += count_top(logits, labels, 5);
    loss_ += cross_entropy(logits, labels).item<double>() * static_cast<double>(labels.size(0));
    const at::Tensor predicted = logits.argmax(1).cpu(), truth = labels.cpu();
    const int64_t* p = predicted.const_data_ptr<int64_t>();
    const int64_t* t = truth.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < truth.size(0); ++i) {
      ClassResult& of_class = classes_.at(static_cast<size_t>(t[i]));
      ++of_class.count;
      if (p[i] == t[i]) ++of_class.correct, ++top1_;
    }
  }
  std::string collected() const override {
    std::string text = fmt::format("{} {} {} {}", samples_, top1_, top5_, loss_);  // exact: the shortest text of the same number
    for (const ClassResult& one : classes_) text += fmt::format(" {} {}", one.correct, one.count);
    return text;
  }
  void merge(const std::vector<std::string>& collected) override {
    samples_ = top1_ = top5_ = 0;
    loss_ = 0;
    for (ClassResult& one : classes_) one = {};
    for (const std::string& text : collected) {
      std::istringstream stream(text);
      RightAnswers other(classes_.size());
      std::string loss;  // which may be infinite
      stream >> other.samples_ >> other.top1_ >> other.top5_ >> loss;
      other.loss_ = std::strtod(loss.c_str(), nullptr);
      samples_ += other.samples_, top1_ += other.top1_, top5_ += other.top5_, loss_ += other.loss_;
      for (ClassResult& one : classes_) {
        int64_t correct = 0, count = 0;
        stream >> correct >> count;
        one.correct += correct, one.count += count;
      }
    }
  }
  int64_t samples() const override { return samples_; }
  std::vector<MetricValue> values() const override {
    return {share(top1_), share(top5_), {samples_ > 0 ? loss_ / static_cast<double>(samples_) : 0.0}};
  }
  std::vector<ClassResult> classes() const override {
    std::vector<ClassResult> classes = classes_;
    for (ClassResult& one : classes)
      if (one.count > 0) one.value = static_cast<double>(one.correct) / static_cast<double>(one.count);
    return classes;
  }

 private:
  MetricValue share(int64_t right) const {
    const Interval interval = wilson_interval(right, samples_);
    return {samples_ > 0 ? static_cast<double>(right) / static_cast<double>(samples_) : 0.0, interval.low, interval.high};
  }
  int64_t samples_ = 0, top1_ = 0, top5_ = 0;
  double loss_ = 0;
  std::vector<ClassResult> classes_;
};

}  // namespace

const std::vector<Metric>& Classification::metrics() const {
  static const std::vector<Metric> metrics{
      {"top1", "top-1 accuracy", "Top-1", "1", "fraction of images whose most likely class is right", true, "Wilson"},
      {"top5", "top-5 accuracy", "Top-5", "1", "fraction of images whose class is among the five most likely", true, "Wilson"},
      {"loss", "loss", "Loss", "nat", "mean cross-entropy"}};
  return metrics;
}

std::unique_ptr<MetricAccumulator> Classification::make_accumulator() const {
  return std::make_unique<RightAnswers>(options_.class_names.size());
}

at::Tensor Classification::loss(const Outputs& outputs, const Targets& targets, uint64_t) const {
  return cross_entropy(outputs.front(), targets.at(kLabel), options_.label_smoothing);
}

at::Tensor Classification::loss_each(const Outputs& outputs, const Targets& targets) const {
  return cross_entropy_each(outputs.front(), targets.at(kLabel));
}

at::Tensor Classification::distillation_loss(const Outputs& student, const Outputs& teacher) const {
  return soft_cross_entropy(student.front(), teacher.front());
}

MetricSum Classification::training_metric(const Outputs& outputs, const Targets& targets) const {
  const at::Tensor& labels = targets.at(kLabel);
  return {static_cast<double>(count_top(outputs.front().detach(), labels, 1)), labels.size(0)};
}

std::string Classification::mismatch(const Graph& graph) const {
  const Output& output = graph.outputs().front();
  const TensorShape& shape = graph.shape(output);
  if (!shape.extent.empty())
    return fmt::format("the output '{}' is [{}] for each input: a classifier gives one number a class (pool and flatten it first)",
                       output.name, fmt::join(graph.dimensions(shape), ", "));
  for (const Part& part : shape.parts)
    if (const ChannelSpace& space = graph.space(part.space); space.gate != kNone)
      return fmt::format(
          "the output '{}' lies in the space '{}' of the gate '{}': a classifier gives all its classes at every u (a space without gate)",
          output.name, space.name, graph.gate(space.gate).name);
  const int64_t outputs = graph.channels(shape);
  const auto classes = static_cast<int64_t>(options_.class_names.size());
  return outputs == classes || classes == 0 ? "" : fmt::format("the network gives {} classes, but the data set has {}", outputs, classes);
}

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double label_smoothing) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, label_smoothing);
}

at::Tensor cross_entropy_each(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::None);
}

at::Tensor soft_cross_entropy(const at::Tensor& student_logits, const at::Tensor& teacher_logits) {
  const at::Tensor target = at::softmax(teacher_logits.detach(), 1);
  return -(target * at::log_softmax(student_logits, 1)).sum(1).mean();
}

int64_t count_top(const at::Tensor& logits, const at::Tensor& labels, int64_t k) {
  const auto [values, indices] = at::topk(logits, std::min(k, logits.size(1)), 1);
  return (indices == labels.unsqueeze(1)).any(1).sum().item<int64_t>();
}

}  // namespace tnn
