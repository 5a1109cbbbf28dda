#include "training/gate_options.h"

#include "core/name_table.h"

namespace tnn {
namespace {

constexpr NamedValue<GateMethod> kMethods[] = {
    {"none", GateMethod::none}, {"concrete", GateMethod::concrete}, {"reinforce", GateMethod::reinforce}};
constexpr NamedValue<Baseline> kBaselines[] = {{"none", Baseline::none}, {"batch", Baseline::batch}, {"sample", Baseline::sample}};

}  // namespace

GateMethod gate_method_from_name(const std::string& name) { return value_from_name(kMethods, "gate method", name); }
std::string gate_method_name(GateMethod method) { return name_of_value(kMethods, method); }
Baseline baseline_from_name(const std::string& name) { return value_from_name(kBaselines, "baseline", name); }

}  // namespace tnn
