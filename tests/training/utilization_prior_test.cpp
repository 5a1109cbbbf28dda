#include "training/utilization_prior.h"

#include <algorithm>
#include <set>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

namespace {
std::vector<PassPlan> plan(const PriorOptions& options, uint64_t seed, int64_t size = 100, int64_t epoch = 0) {
  RandomStream random(seed);
  return plan_step(options, size, epoch, 1.0 / 16, random);
}
}  // namespace

TEST_CASE("the passes of a step cover the batch, their weights sum to one, and every u is in (u_min, 1]") {
  for (const PriorKind kind :
       {PriorKind::uniform, PriorKind::list, PriorKind::beta, PriorKind::chunks, PriorKind::sandwich, PriorKind::curriculum})
    for (uint64_t seed = 0; seed < 200; ++seed) {
      PriorOptions options;
      options.kind = kind;
      options.u_min = kind == PriorKind::list || kind == PriorKind::curriculum ? 0 : 0.2;
      options.list = {0.25, 0.5};
      options.chunks = 3;
      double weight = 0;
      std::vector<int> covered(100);
      for (const PassPlan& pass : plan(options, seed)) {
        weight += pass.weight;
        for (int64_t i = pass.begin; i < pass.end; ++i) ++covered[static_cast<size_t>(i)];
        for (const double u : pass.u) REQUIRE((u > options.u_min && u <= 1.0));
      }
      REQUIRE(weight == Approx(1.0));
      REQUIRE(*std::min_element(covered.begin(), covered.end()) >= 1);
    }
}

TEST_CASE("chunk i of k draws its u from the i-th of k equal parts of (u_min, 1]") {
  PriorOptions options;
  options.chunks = 4;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const auto passes = plan(options, seed, 10);
    REQUIRE(passes.size() == 4);
    for (size_t i = 0; i < 4; ++i) {
      REQUIRE(passes[i].u.front() > 0.25 * static_cast<double>(i));
      REQUIRE(passes[i].u.front() <= 0.25 * static_cast<double>(i + 1));
    }
  }
  CHECK(plan(options, 1, 2).size() == 2);
}

TEST_CASE("sandwich runs largest, smallest and random, and the largest teaches the others") {
  PriorOptions options;
  options.kind = PriorKind::sandwich;
  const auto passes = plan(options, 1);
  REQUIRE(passes.size() == 4);
  CHECK((passes[0].u.front() == 1.0 && passes[0].teacher && !passes[0].student));
  CHECK((passes[1].u.front() == 1.0 / 16 && passes[1].student));
  options.distillation = false;
  CHECK_FALSE(plan(options, 1)[1].student);
}

TEST_CASE("the curriculum raises u by a step every n epochs up to one") {
  PriorOptions options;
  options.kind = PriorKind::curriculum;
  CHECK(plan(options, 1, 8, 0).front().u.front() == Approx(0.1));
  CHECK(plan(options, 1, 8, 1).front().u.front() == Approx(0.1));
  CHECK(plan(options, 1, 8, 2).front().u.front() == Approx(0.2));
  CHECK(plan(options, 1, 8, 1000).front().u.front() == 1.0);
}

TEST_CASE("list and beta draw what they name, per sample on request") {
  PriorOptions options;
  options.kind = PriorKind::list;
  options.list = {0.25, 1.0};
  options.per_sample = true;
  const auto passes = plan(options, 3);
  REQUIRE(passes.front().u.size() == 100);
  CHECK(std::set<double>(passes.front().u.begin(), passes.front().u.end()) == std::set<double>{0.25, 1.0});
  options.kind = PriorKind::beta;
  options.beta_a = 8, options.beta_b = 2;
  double sum = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto drawn = plan(options, seed);
    for (const double u : drawn.front().u) sum += u / 5000;
  }
  CHECK(sum == Approx(0.8).margin(0.01));
  CHECK_THROWS_AS(prior_from_name("uniforn"), UsageError);
}
