#include "training/controller_options.h"

#include "core/name_table.h"

namespace tnn {
namespace {

constexpr NamedValue<RewardVariance> kVariances[] = {
    {"none", RewardVariance::none}, {"standardized", RewardVariance::standardized}, {"exact", RewardVariance::exact}};
constexpr NamedValue<Exploitation> kExploitations[] = {{"greedy", Exploitation::greedy}, {"sample", Exploitation::sample}};

}  // namespace

RewardVariance reward_variance_from_name(const std::string& name) { return value_from_name(kVariances, "controller.variance", name); }
Exploitation exploitation_from_name(const std::string& name) { return value_from_name(kExploitations, "controller.exploitation", name); }

std::vector<double> action_utilizations(int64_t actions) {
  std::vector<double> utilizations;
  for (int64_t k = 1; k <= actions; ++k) utilizations.push_back(static_cast<double>(k) / static_cast<double>(actions));
  return utilizations;
}

}  // namespace tnn
