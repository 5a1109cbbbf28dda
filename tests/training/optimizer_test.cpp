#include "training/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cmath>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

namespace {

constexpr int kSteps = 6;

/// A parameter that starts at 1, 2 and is given the gradients g = 0.5 p + step.
std::vector<double> run(const OptimizerOptions& options, double learning_rate) {
  at::Tensor p = at::tensor({1.0f, 2.0f}).requires_grad_();
  Optimizer optimizer({{"p", p, ParameterRole::weight, 0}}, options);
  for (int step = 0; step < kSteps; ++step) {
    optimizer.zero_grad();
    p.mutable_grad() = (p.detach() * 0.5 + step).clone();
    optimizer.step(learning_rate);
  }
  return {p[0].item<double>(), p[1].item<double>()};
}

/// The same by the textbook, in double precision.
template <typename Update>
std::vector<double> reference(Update update) {
  std::vector<double> result;
  for (double p : {1.0, 2.0}) {
    double first = 0, second = 0;
    for (int step = 0; step < kSteps; ++step) update(p, 0.5 * p + step, first, second, step + 1);
    result.push_back(p);
  }
  return result;
}

void check_close(const std::vector<double>& a, const std::vector<double>& b) {
  for (size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).epsilon(1e-5));
}

}  // namespace

TEST_CASE("SGD follows its formula, with momentum, Nesterov and weight decay") {
  for (const bool nesterov : {false, true}) {
    OptimizerOptions options;
    options.nesterov = nesterov;
    options.weight_decay = 0.01;
    check_close(run(options, 0.1), reference([&](double& p, double g, double& m, double&, int) {
                  g += 0.01 * p;
                  m = 0.9 * m + g;
                  p -= 0.1 * (nesterov ? g + 0.9 * m : m);
                }));
  }
  OptimizerOptions plain;
  plain.momentum = 0;
  check_close(run(plain, 0.1), reference([](double& p, double g, double&, double&, int) { p -= 0.1 * g; }));
}

TEST_CASE("Adam and AdamW follow their formulas") {
  for (const bool decoupled : {false, true}) {
    OptimizerOptions options;
    options.kind = decoupled ? OptimizerKind::adamw : OptimizerKind::adam;
    options.weight_decay = 0.1;
    check_close(run(options, 0.01), reference([&](double& p, double g, double& m, double& v, int t) {
                  if (decoupled)
                    p -= 0.01 * 0.1 * p;
                  else
                    g += 0.1 * p;
                  m = 0.9 * m + 0.1 * g;
                  v = 0.999 * v + 0.001 * g * g;
                  p -= 0.01 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
                }));
  }
}

TEST_CASE("RMSprop follows its formula, with and without momentum") {
  for (const double momentum : {0.0, 0.9}) {
    OptimizerOptions options;
    options.kind = OptimizerKind::rmsprop;
    options.momentum = momentum;
    options.weight_decay = 0.05;
    check_close(run(options, 0.01), reference([&](double& p, double g, double& m, double& v, int) {
                  g += 0.05 * p;
                  v = 0.99 * v + 0.01 * g * g;
                  m = momentum * m + g / (std::sqrt(v) + 1e-8);
                  p -= 0.01 * m;
                }));
  }
}

TEST_CASE("batch norm and biases can be left out of weight decay") {
  at::Tensor weight = at::ones({2}).requires_grad_(), bias = at::ones({2}).requires_grad_();
  OptimizerOptions options;
  options.weight_decay = 0.5;
  options.decay_norm_and_bias = false;
  Optimizer optimizer({{"w", weight, ParameterRole::weight, 0}, {"b", bias, ParameterRole::bias, 0}}, options);
  weight.mutable_grad() = at::zeros({2});
  bias.mutable_grad() = at::zeros({2});
  optimizer.step(1.0);
  CHECK(weight[0].item<double>() == Approx(0.5));
  CHECK(bias[0].item<double>() == 1.0);
}

TEST_CASE("a gradient in another memory layout than its parameter is applied where it belongs") {
  at::Tensor p = at::zeros({2, 3, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const at::Tensor gradient = at::arange(96, at::kFloat).view({2, 3, 4, 4});
  OptimizerOptions options;
  options.momentum = 0;
  Optimizer optimizer({{"p", p, ParameterRole::weight, 0}}, options);
  p.mutable_grad() = gradient;
  optimizer.step(1.0);
  CHECK(at::equal(p.detach(), -gradient));
}

TEST_CASE("clipping scales the joint norm of all gradients and leaves small ones alone") {
  at::Tensor a = at::zeros({1}).requires_grad_(), b = at::zeros({1}).requires_grad_();
  Optimizer optimizer({{"a", a, ParameterRole::weight, 0}, {"b", b, ParameterRole::weight, 0}}, {});
  a.mutable_grad() = at::full({1}, 3.0f);
  b.mutable_grad() = at::full({1}, 4.0f);
  CHECK(optimizer.clip_gradients(10) == Approx(5));
  CHECK(a.grad().item<double>() == Approx(3));
  optimizer.clip_gradients(1);
  CHECK(a.grad().item<double>() == Approx(0.6).epsilon(1e-4));
  CHECK(b.grad().item<double>() == Approx(0.8).epsilon(1e-4));
}

TEST_CASE("an unknown optimiser names the known ones") {
  CHECK_THROWS_WITH(optimizer_from_name("agd"), ContainsSubstring("sgd") && ContainsSubstring("rmsprop"));
}
