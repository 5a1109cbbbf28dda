#include "catch_compat.h"
#include "cost/cost.h"
#include "random_graph.h"
#include "runtime/lowering/passes.h"

using namespace tnn;

namespace {

Window window(int64_t kernel, int64_t padding = 0) { return {{kernel}, {}, {padding}, {}}; }

const Step& step_of(const Plan& plan, const std::string& name) {
  for (const Step& step : plan.steps)
    if (step.name == name) return step;
  FAIL("no step '" << name << "'");
  return plan.steps.front();
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> all;
  for (const Step& step : plan.steps) all.push_back(step.name);
  return all;
}

template <typename Kind>
int count_steps(const Plan& plan) {
  int count = 0;
  for (const Step& step : plan.steps) count += std::holds_alternative<Kind>(step.operation);
  return count;
}

}  // namespace

TEST_CASE("translation gives one step and one value a node") {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Graph graph = RandomGraph(seed).build();
    const Plan plan = translate(graph);
    REQUIRE(plan.values.size() == graph.nodes().size());
    REQUIRE(plan.steps.size() + 1 == graph.nodes().size());
    for (const Step& step : plan.steps) CHECK(step.inputs.size() == graph.node(step.node).inputs.size());
  }
}

TEST_CASE("dropout is read through") {
  GraphBuilder b("dropout");
  const NodeId x = b.dropout("drop2", b.dropout("drop1", b.input({4}), 0.5), 0.1);
  Plan plan = translate(b.finish({b.linear("fc", x, 3)}));
  remove_dropout(plan);
  REQUIRE(names(plan) == std::vector<std::string>{"fc"});
  CHECK(plan.steps.front().inputs.front() == Operand{Segment{0, false, {}}});
}

TEST_CASE("batch norm folds into the convolution that nothing else reads") {
  GraphBuilder b("fold");
  const NodeId conv = b.convolution("conv", b.input({3, 8, 8}), 4, kNone, {.window = window(3)});
  const NodeId bn = b.batch_norm("bn2", b.batch_norm("bn1", conv));
  Plan plan = translate(b.finish({bn}));
  fold_batch_norm(plan);
  REQUIRE(names(plan) == std::vector<std::string>{"conv+bn1+bn2"});
  CHECK(plan.steps.front().epilogue.batch_norms == std::vector<NodeId>{2, 3});
}

TEST_CASE("batch norm after a convolution with another reader stays a step") {
  GraphBuilder b("shared");
  const SpaceId space = b.space("space", 4);
  const NodeId conv = b.convolution("conv", b.input({3, 8, 8}), space, {.window = window(3)});
  Plan plan = translate(b.finish({b.add("add", {conv, b.batch_norm("bn", conv)})}));
  fold_batch_norm(plan);
  CHECK(names(plan) == std::vector<std::string>{"conv", "bn", "add"});
}

TEST_CASE("batch norm after an activation or a pool stays a step and takes the activation after it") {
  GraphBuilder b("pre_activation");
  const NodeId conv = b.relu("relu1", b.convolution("conv", b.input({3, 8, 8}), 4, kNone, {.window = window(3)}));
  const NodeId x = b.relu("relu2", b.batch_norm("bn", conv));
  Plan plan = translate(b.finish({x}));
  fold_batch_norm(plan);
  fuse_activation(plan);
  CHECK(names(plan) == std::vector<std::string>{"conv+relu1", "bn+relu2"});
}

TEST_CASE("a sum becomes the residual of its later convolution, the activation after it joins") {
  GraphBuilder b("residual");
  const SpaceId trunk = b.space("trunk", 4);
  const NodeId x = b.convolution("conv1", b.input({3, 8, 8}), trunk, {.window = window(1)});
  const NodeId y = b.batch_norm("bn", b.convolution("conv2", b.relu("relu1", x), trunk, {.window = window(3, 1)}));
  Plan plan = translate(b.finish({b.relu("relu2", b.add("add", {y, x}))}));
  fold_batch_norm(plan);
  fuse_residual(plan);
  fuse_activation(plan);
  REQUIRE(names(plan) == std::vector<std::string>{"conv1", "relu1", "conv2+bn+add+relu2"});
  REQUIRE(plan.steps.back().epilogue.residual);
  CHECK(plan.steps.back().epilogue.residual->operand == Operand{Segment{x, false, {}}});
}

TEST_CASE("a sum whose other operand comes later than the convolution stays a step") {
  GraphBuilder b("later");
  const SpaceId trunk = b.space("trunk", 4);
  const NodeId x = b.input({3, 8, 8});
  const NodeId first = b.convolution("first", x, trunk, {.window = window(1)});
  const NodeId second = b.relu("relu", b.convolution("second", x, trunk, {.window = window(1)}));
  Plan plan = translate(b.finish({b.add("add", {first, second})}));
  fuse_residual(plan);
  CHECK(count_steps<Add>(plan) == 1);
}

TEST_CASE("a concatenation of concatenations is read as the list of its parts, flattened ones as such") {
  GraphBuilder b("views");
  const NodeId x = b.input({3, 4, 4});
  const NodeId y = b.convolution("y", x, 5, kNone, {.window = window(1)});
  const NodeId z = b.concat("z", {b.concat("xy", {x, y}), x});
  Plan plan = translate(b.finish({b.linear("fc", b.flatten("flat", z), 2)}));
  read_views(plan);
  remove_unread(plan);
  const Operand& read = step_of(plan, "fc").inputs.front();
  CHECK(read == Operand{Segment{0, true, {}}, Segment{1, true, {}}, Segment{0, true, {}}});
  CHECK(full_channels(plan, read) == (3 + 5 + 3) * 16);
}

TEST_CASE("what no output needs is not computed, and an output is complete after the last step that writes it") {
  GraphBuilder b("outputs");
  const NodeId x = b.input({6});
  const NodeId first = b.linear("first", x, 3), second = b.linear("second", x, 4), third = b.linear("third", second, 5);
  b.linear("unread", first, 2);
  const NodeId both = b.concat("both", {first, second});
  const Plan plan = lower(describe_model(b.finish({third, both, second}, {"logits", "both", "hidden"}), {}, BatchNormMode::shared));
  CHECK(names(plan) == std::vector<std::string>{"first", "second", "third"});
  CHECK(plan.values.size() == 4);
  CHECK(plan.outputs[0].name == "logits");
  CHECK(plan.outputs[1].operand.size() == 2);
  CHECK(steps_before_outputs(plan) == std::vector<size_t>{3, 2, 2});
}

TEST_CASE("what is an output, too, is not merged into the step before it") {
  GraphBuilder b("kept");
  const NodeId conv = b.convolution("conv", b.input({3, 8, 8}), 4, kNone, {.window = window(3)});
  const NodeId bn = b.batch_norm("bn", conv);
  const Plan plan = lower(describe_model(b.finish({b.relu("relu", bn), bn, conv}), {}, BatchNormMode::shared));
  CHECK(names(plan) == std::vector<std::string>{"conv", "bn", "relu"});
}

TEST_CASE("lowered plans of random graphs are in order, hold no view or dropout, and cost what the graph costs") {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    const ModelDescription description = describe_model(RandomGraph(seed).build(), {}, BatchNormMode::shared);
    const Plan plan = lower(description);
    CHECK(count_steps<Concat>(plan) + count_steps<Flatten>(plan) + count_steps<Dropout>(plan) + count_steps<Input>(plan) == 0);
    std::vector<bool> written(plan.values.size());
    written.front() = true;
    for (const Step& step : plan.steps) {
      for_each_operand(step, [&](const Operand& operand) {
        for (const Segment& segment : operand) REQUIRE(written.at(static_cast<size_t>(segment.value)));
      });
      REQUIRE_FALSE(written.at(static_cast<size_t>(step.output)));
      written[static_cast<size_t>(step.output)] = true;
    }
    for (size_t p = 0; p < plan.points.size(); ++p) {
      int64_t macs = 0;
      for (const StepAtPoint& step : plan.points[p].steps) macs += step.macs;
      CHECK(macs == network_cost(description.graph, description.points[p].configuration).macs);
    }
  }
}
