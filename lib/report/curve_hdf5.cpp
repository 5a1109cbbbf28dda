#include "report/curve_hdf5.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/hdf5/hdf5_image.h"
#include "report/controller_columns.h"
#include "report/curve_columns.h"

namespace tnn {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void add_columns(Hdf5Image& image, const UtilizationCurve& curve) {
  for (const auto& column : curve_columns(curve)) {
    if (!is_measured(column, curve)) continue;
    const Hdf5Image::Shape shape{curve.points.size()};
    if (column.is_integer()) {
      std::vector<int64_t> values;
      for (const auto& point : curve.points) values.push_back(column.integer(point));
      image.add(column.name, shape, values, column.unit, column.description);
    } else {
      std::vector<double> values;
      for (const auto& point : curve.points) values.push_back(column.value(point).value_or(kNaN));
      image.add(column.name, shape, values, column.unit, column.description);
    }
  }
}

void add_classes(Hdf5Image& image, const UtilizationCurve& curve) {
  const size_t classes = class_count(curve);
  std::vector<std::string> names;
  std::vector<int64_t> correct, count;
  std::vector<double> values;
  for (size_t i = 0; i < classes; ++i) names.push_back(class_name(curve, i));
  for (const auto& point : curve.points) {
    for (size_t i = 0; i < classes; ++i) {
      const ClassResult one = i < point.classes.size() ? point.classes[i] : ClassResult{};
      correct.push_back(one.correct);
      count.push_back(one.count);
      values.push_back(one.value);
    }
  }
  const Hdf5Image::Shape shape{curve.points.size(), classes};
  image.add("class_names", {classes}, names, "names of the classes");
  image.add("class_" + curve.score_name, shape, values, curve.headline().unit,
            curve.headline().title + " of the class, by point and class");
  image.add("class_correct", shape, correct, "1", "images of the class that were right, by point and class");
  image.add("class_count", shape, count, "1", "images of the class, by point and class");
}

void add_gates(Hdf5Image& image, const UtilizationCurve& curve) {
  const std::vector<std::string> names = gate_names(curve);
  std::vector<std::string> patterns;
  std::vector<double> shares;
  for (const auto& point : curve.points) {
    for (const auto& name : names) {
      patterns.push_back(gate_groups(point, name));
      shares.push_back(active_share(patterns.back()));
    }
  }
  const Hdf5Image::Shape shape{curve.points.size(), names.size()};
  image.add("gate_names", {names.size()}, names, "names of the gates");
  image.add("gate_groups", shape, patterns, "one character a group, 1 active, by point and gate");
  image.add("gate_share", shape, shares, "1", "share of active groups, by point and gate");
}

void add_epochs(Hdf5Image& image, const UtilizationCurve& curve) {
  const auto add = [&](const std::string& name, double EpochRecord::*member, const std::string& unit, const std::string& description) {
    std::vector<double> values;
    for (const auto& epoch : curve.epochs) values.push_back(epoch.*member);
    if (member == &EpochRecord::validation_score)
      std::ranges::replace_if(
          values, [](double value) { return value < 0; }, kNaN);
    image.add("epochs/" + name, {values.size()}, values, unit, description);
  };
  add("epoch", &EpochRecord::epoch, "1", "epochs done");
  add("training_loss", &EpochRecord::training_loss, "nat", "mean loss of training over the epoch");
  add("validation_" + curve.score_name, &EpochRecord::validation_score, "1",
      curve.score_name + " on held-out images, NaN where not evaluated");
  add("learning_rate", &EpochRecord::learning_rate, "1", "at the end of the epoch");
  add("seconds", &EpochRecord::seconds, "s", "time the epoch took");
}

void add_controllers(Hdf5Image& image, const UtilizationCurve& curve) {
  std::vector<std::string> names;
  std::vector<double> shares;
  for (const ControllerRow& row : curve.controllers) {
    names.push_back(row.name);
    for (size_t k = 0; k < curve.actions.size(); ++k) shares.push_back(k < row.shares.size() ? row.shares[k] : kNaN);
  }
  image.add("controllers/name", {names.size()}, names, "rules that choose u for each input");
  for (const auto& column : controller_columns()) {
    std::vector<double> values;
    for (const ControllerRow& row : curve.controllers) values.push_back(column.value(row).value_or(kNaN));
    if (!column.optional || !std::ranges::all_of(values, [](double value) { return std::isnan(value); }))
      image.add(std::string("controllers/") + column.name, {values.size()}, values, column.unit, column.description);
  }
  image.add("controllers/actions", {curve.actions.size()}, std::span<const double>(curve.actions), "1", "utilizations to choose among");
  image.add("controllers/share", {names.size(), curve.actions.size()}, shares, "1",
            "share of the samples that an action answered, by controller and action");
}

}  // namespace

std::string curve_hdf5(const UtilizationCurve& curve) {
  Hdf5Image image;
  image.attribute("name", curve.name);
  image.attribute("dataset", curve.dataset);
  image.attribute("model", curve.model);
  image.attribute("command", curve.command);
  image.attribute("version", curve.version);
  image.attribute("machine", curve.machine);
  image.attribute("date", curve.date);
  image.attribute("recipe", curve.recipe);
  image.attribute("task", curve.task);
  add_columns(image, curve);
  add_classes(image, curve);
  add_gates(image, curve);
  add_epochs(image, curve);
  if (!curve.controllers.empty()) add_controllers(image, curve);
  return image.bytes();
}

}  // namespace tnn
