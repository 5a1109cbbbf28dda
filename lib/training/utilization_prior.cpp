#include "training/utilization_prior.h"

#include <algorithm>

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {
namespace {

double draw(const PriorOptions& options, RandomStream& random) {
  switch (options.kind) {
    case PriorKind::list:
      return options.list.at(random.below(options.list.size()));
    case PriorKind::beta: {
      // A Beta draw can round to 0; u_min is exclusive.
      const double u = options.u_min + (1 - options.u_min) * random.beta(options.beta_a, options.beta_b);
      return std::clamp(u, options.u_min + 1e-9, 1.0);
    }
    default:
      return random.uniform_above(options.u_min, 1.0);
  }
}

std::vector<PassPlan> plan_chunks(const PriorOptions& options, int64_t size, RandomStream& random) {
  std::vector<PassPlan> passes;
  const int64_t chunks = std::min(options.chunks, size);
  for (int64_t i = 0; i < chunks; ++i) {
    const double width = (1.0 - options.u_min) / static_cast<double>(chunks), low = options.u_min + width * static_cast<double>(i);
    const int64_t begin = size * i / chunks, end = size * (i + 1) / chunks;
    const double u = std::min(1.0, random.uniform_above(low, low + width));
    passes.push_back({begin, end, {u}, false, false, static_cast<double>(end - begin) / static_cast<double>(size)});
  }
  return passes;
}

std::vector<PassPlan> plan_sandwich(const PriorOptions& options, int64_t size, double smallest, RandomStream& random) {
  const double weight = 1.0 / static_cast<double>(options.sandwich_points);
  const bool student = options.distillation;
  std::vector<PassPlan> passes{{0, size, {1.0}, true, false, weight},
                               {0, size, {std::max(smallest, options.u_min + 1e-9)}, false, student, weight}};
  while (static_cast<int64_t>(passes.size()) < options.sandwich_points)
    passes.push_back({0, size, {random.uniform_above(options.u_min, 1.0)}, false, student, weight});
  return passes;
}

}  // namespace

PriorKind prior_from_name(const std::string& name) {
  static constexpr NamedValue<PriorKind> kNames[] = {{"uniform", PriorKind::uniform},   {"list", PriorKind::list},
                                                     {"beta", PriorKind::beta},         {"chunks", PriorKind::chunks},
                                                     {"sandwich", PriorKind::sandwich}, {"curriculum", PriorKind::curriculum}};
  return value_from_name(kNames, "u_prior", name);
}

double curriculum_utilization(const PriorOptions& options, int64_t epoch) {
  return std::min(1.0, options.curriculum_start + options.curriculum_step * static_cast<double>(epoch / options.curriculum_epochs));
}

std::vector<PassPlan> plan_step(const PriorOptions& options, int64_t size, int64_t epoch, double smallest, RandomStream& random) {
  if (options.kind == PriorKind::chunks) return plan_chunks(options, size, random);
  if (options.kind == PriorKind::sandwich) return plan_sandwich(options, size, smallest, random);
  PassPlan pass{0, size, {}, false, false, 1.0};
  if (options.kind == PriorKind::curriculum)
    pass.u = {curriculum_utilization(options, epoch)};
  else
    for (int64_t i = options.per_sample ? size : 1; i > 0; --i) pass.u.push_back(draw(options, random));
  return {pass};
}

}  // namespace tnn
