#include "conversion/width_search.h"

#include <functional>

#include "catch_compat.h"
#include "conversion/knapsack.h"
#include "conversion/unit_gates.h"
#include "conversion/width_moves.h"
#include "core/error.h"
#include "cost/cost.h"
#include "export/static_cut.h"
#include "models.h"

using namespace tnn;

namespace {

/// The random networks at full width, with gates for their units; empty where nothing can be narrowed.
std::optional<Graph> gated_random_graph(uint64_t seed, int64_t group_units = 1) {
  RandomModel model = random_model(seed);
  model.description.points.back().configuration = Configuration::full(model.description.graph);
  const Graph full = cut_model(stored(model), static_cast<int>(model.description.points.size()) - 1).description.graph;
  try {
    return gate_units(full, coupled_channels(full), {group_units, 2}).graph;
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

Configuration configuration_of(const Graph& graph, const Widths& widths) {
  Configuration configuration;
  for (size_t g = 0; g < widths.size(); ++g)
    configuration.gates.push_back(ActiveGroups::first(graph.gates()[g].groups, static_cast<int>(widths[g])));
  return configuration;
}

GroupGains random_gains(const WidthModel& model, uint64_t seed) {
  RandomStream random(seed, RandomPurpose::other, {3});
  GroupGains gains;
  for (const int64_t groups : model.full()) {
    auto& falling = gains.emplace_back();
    const double scale = 0.2 + random.uniform();
    for (int64_t k = 0; k < groups; ++k) falling.push_back(scale * (0.05 + random.uniform() * random.uniform()));
    std::sort(falling.rbegin(), falling.rend());
  }
  return gains;
}

double sum_of(const GroupGains& gains, const Widths& widths) {
  double sum = 0;
  for (size_t g = 0; g < widths.size(); ++g)
    for (int64_t k = 0; k < widths[g]; ++k) sum += gains[g][static_cast<size_t>(k)];
  return sum;
}

/// The best of all widths within the limits.
double best_of_all(const WidthModel& model, const GroupGains& gains, const WidthLimits& limits) {
  const WidthMoves moves(model, gains, limits);
  Widths widths = limits.least;
  double best = -1;
  const std::function<void(size_t)> walk = [&](size_t gate) {
    if (gate == widths.size()) {
      if (moves.fits(widths)) best = std::max(best, sum_of(gains, widths));
      return;
    }
    for (widths[gate] = limits.least[gate]; widths[gate] <= limits.most[gate]; ++widths[gate]) walk(gate + 1);
    widths[gate] = limits.least[gate];
  };
  walk(0);
  return best;
}

/// A small net of three or four layers with gates on all but the last: plain, or with a residual sum and a depthwise layer.
Graph small_net(uint64_t seed) {
  RandomStream random(seed, RandomPurpose::other, {4});
  const auto width = [&] { return static_cast<int64_t>(4 + random.below(5)); };
  const Window three{{3}, {}, {1}, {}}, one{{1}, {}, {}, {}};
  GraphBuilder b("small");
  NodeId x = b.convolution("a", b.input({3, 6, 6}), width(), kNone, {.window = three});
  if (seed % 3 == 1) {
    x = b.depthwise_convolution("depthwise", x, three);
    const SpaceId trunk = b.space("trunk", width());
    x = b.convolution("b", x, trunk, {.window = one});
    x = b.add("add", {x, b.convolution("d", b.convolution("c", x, width(), kNone, {.window = three}), trunk, {.window = one})});
  } else {
    x = b.pool("pool", b.convolution("b", x, width(), kNone, {.window = three}), {PoolKind::max, {{2}, {}, {}, {}}});
    x = b.convolution("c", x, width(), kNone, {.window = three});
  }
  return b.finish({b.linear("fc", b.flatten("flatten", x), 3)});
}

}  // namespace

TEST_CASE("the width model counts what the cost layer counts") {
  size_t graphs = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto graph = gated_random_graph(seed, 1 + static_cast<int64_t>(seed % 3));
    if (!graph) continue;
    ++graphs;
    const WidthModel model(*graph);
    RandomStream random(seed);
    for (int draw = 0; draw < 5; ++draw) {
      Widths widths = model.full();
      for (size_t g = 0; g < widths.size() && draw > 0; ++g)
        widths[g] -= static_cast<int64_t>(random.below(static_cast<uint64_t>(widths[g] - model.least()[g] + 1)));
      INFO("seed " << seed);
      const Cost cost = network_cost(*graph, configuration_of(*graph, widths));
      CHECK(model.macs(widths) == cost.macs);
      CHECK(model.activation_bytes(widths) == cost.activation_bytes);
      const std::vector<double> prices = model.prices(widths);
      for (size_t g = 0; g < widths.size(); ++g) {
        Widths more = widths, less = widths;
        ++more[g];
        --less[g];
        CHECK(prices[g] == Approx(static_cast<double>(model.macs(more) - model.macs(less)) / 2));
      }
    }
  }
  CHECK(graphs > 150);
}

TEST_CASE("a knapsack takes the best items within every limit") {
  using Numbers = std::vector<int64_t>;
  const std::vector<std::vector<double>> gains{{5, 2}, {4}, {3, 3, 1}};
  CHECK(solve_knapsack({gains, {{{4, 3, 2}, 6}}}) == Numbers{1, 0, 1});
  CHECK(solve_knapsack({gains, {{{4, 3, 2}, 7}}}) == Numbers{0, 1, 2});
  CHECK(solve_knapsack({gains, {{{4, 3, 2}, 9}, {{0, 1, 1}, 2}}}) == Numbers{1, 1, 1});
  CHECK(solve_knapsack({gains, {{{1, 1, 1}, 0}}}) == Numbers{0, 0, 0});
  CHECK(solve_knapsack({gains, {}}) == Numbers{2, 1, 3});
  CHECK(solve_knapsack({}).empty());
}

TEST_CASE("the width search finds what trying all widths finds") {
  double worst = 1;
  int exact = 0, cases = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Graph plain = small_net(seed);
    const Graph graph = gate_units(plain, coupled_channels(plain), {1, 2}).graph;
    const WidthModel model(graph);
    const GroupGains gains = random_gains(model, seed);
    const double share = 0.25 + 0.15 * static_cast<double>(seed % 5);
    WidthLimits limits{static_cast<int64_t>(share * static_cast<double>(model.macs(model.full()))), {}, model.least(), model.full()};
    if (seed % 2) limits.activation_bytes = model.activation_bytes(model.full()) * 2 / 3;
    const double best = best_of_all(model, gains, limits);
    const auto found = search_widths(model, gains, limits);
    INFO("seed " << seed);
    REQUIRE(found.has_value() == (best >= 0));
    if (!found) continue;
    CHECK(WidthMoves(model, gains, limits).fits(found->widths));
    CHECK(found->importance == Approx(sum_of(gains, found->widths)));
    const double ratio = found->importance / best;
    worst = std::min(worst, ratio);
    exact += ratio > 1 - 1e-9;
    ++cases;
  }
  INFO(exact << " of " << cases << " exact, the worst " << worst);
  CHECK(cases >= 50);
  CHECK(exact >= cases * 9 / 10);
  CHECK(worst >= 0.98);
}

TEST_CASE("widths keep between those that other budgets have decided") {
  const Graph plain = small_net(2);
  const WidthModel model(gate_units(plain, coupled_channels(plain), {1, 2}).graph);
  const GroupGains gains = random_gains(model, 2);
  Widths least = model.least(), most = model.full();
  ++least[0];
  --most[1];
  const auto found = search_widths(model, gains, {model.macs(model.full()), {}, least, most});
  REQUIRE(found);
  CHECK(found->widths == most);
  CHECK_FALSE(search_widths(model, gains, {model.macs(least) - 1, {}, least, most}));
  CHECK_FALSE(search_widths(model, gains, {model.macs(model.full()), 1, least, most}));
}
