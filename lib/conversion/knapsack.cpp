#include "conversion/knapsack.h"

#include <Cbc_C_Interface.h>

#include <cmath>
#include <limits>
#include <memory>

#include "core/error.h"

namespace tnn {
namespace {

constexpr double kGap = 5e-4;
constexpr double kMostSeconds = 5;

/// The integer program: for each kind a whole number of items, in the order of the kinds, and for each item the part of it that is taken.
/// The parts of a kind add up to its number; as gains fall, the best parts of a whole number are whole: the first ones. So branching is
/// over the few numbers, not over the many items.
class Program {
 public:
  explicit Program(const Knapsack& knapsack) : limits_(knapsack.limits.size()), kinds_(knapsack.gains.size()) {
    for (size_t kind = 0; kind < kinds_; ++kind) {
      for (size_t row = 0; row < limits_; ++row)
        if (const double weight = knapsack.limits[row].weights[kind]; weight != 0) add_entry(row, weight);
      add_entry(limits_ + kind, -1);
      end_column(0, static_cast<double>(knapsack.gains[kind].size()));
    }
    for (size_t kind = 0; kind < kinds_; ++kind)
      for (const double gain : knapsack.gains[kind]) {
        add_entry(limits_ + kind, 1);
        end_column(gain, 1);
      }
    for (const Knapsack::Limit& limit : knapsack.limits) bound_row(-std::numeric_limits<double>::max(), limit.most);
    for (size_t kind = 0; kind < kinds_; ++kind) bound_row(0, 0);
  }

  std::vector<int64_t> solve() const {
    const std::unique_ptr<Cbc_Model, decltype(&Cbc_deleteModel)> model(Cbc_newModel(), Cbc_deleteModel);
    Cbc_setLogLevel(model.get(), 0);
    const std::vector<double> zeros(gains_.size(), 0.0);
    Cbc_loadProblem(model.get(), static_cast<int>(gains_.size()), static_cast<int>(lowest_.size()), starts_.data(), rows_.data(),
                    values_.data(), zeros.data(), most_.data(), gains_.data(), lowest_.data(), highest_.data());
    for (size_t kind = 0; kind < kinds_; ++kind) Cbc_setInteger(model.get(), static_cast<int>(kind));
    Cbc_setObjSense(model.get(), -1);
    Cbc_setAllowableFractionGap(model.get(), kGap);
    Cbc_setMaximumSeconds(model.get(), kMostSeconds);
    Cbc_solve(model.get());
    const double* const solution = Cbc_bestSolution(model.get());
    if (!solution) throw SystemError("the integer program solver found no choice of units");
    std::vector<int64_t> numbers;
    for (size_t kind = 0; kind < kinds_; ++kind) numbers.push_back(std::llround(solution[kind]));
    return numbers;
  }

 private:
  void add_entry(size_t row, double value) {
    rows_.push_back(static_cast<int>(row));
    values_.push_back(value);
  }
  void end_column(double gain, double most) {
    starts_.push_back(static_cast<CoinBigIndex>(rows_.size()));
    gains_.push_back(gain);
    most_.push_back(most);
  }
  void bound_row(double lowest, double highest) {
    lowest_.push_back(lowest);
    highest_.push_back(highest);
  }

  size_t limits_, kinds_;
  std::vector<CoinBigIndex> starts_{0};
  std::vector<int> rows_;
  std::vector<double> values_, gains_, most_, lowest_, highest_;
};

}  // namespace

std::vector<int64_t> solve_knapsack(const Knapsack& knapsack) {
  if (knapsack.gains.empty()) return {};
  return Program(knapsack).solve();
}

}  // namespace tnn
