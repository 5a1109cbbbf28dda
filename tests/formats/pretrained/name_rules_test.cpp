#include "formats/pretrained/name_rules.h"

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

namespace {

std::string renamed(const std::string& pattern, const std::string& replacement, const std::string& name) {
  return NameRules({{pattern, replacement}}).renamed(name);
}

}  // namespace

TEST_CASE("a rule changes the beginning of a name, up to a dot") {
  CHECK(renamed("model.", "", "model.conv1.weight") == "conv1.weight");
  CHECK(renamed("linear", "fc", "linear.weight") == "fc.weight");
  CHECK(renamed("linear", "fc", "linear2.weight") == "linear2.weight");
  CHECK(renamed("linear", "fc", "head.linear.weight") == "head.linear.weight");
  CHECK(renamed("a.b", "c", "a.b") == "c");
  CHECK(renamed("a.b", "c", "a+b.x") == "a+b.x");
  CHECK(renamed("", "model.", "conv.weight") == "model.conv.weight");
  CHECK(renamed("f$(1)", "$1", "f$(1).x") == "$1.x");
}

TEST_CASE("stars stand for any text, and come back in their order") {
  CHECK(renamed("layers.*.conv1", "block*.depthwise", "layers.3.conv1.weight") == "block3.depthwise.weight");
  CHECK(renamed("*.shortcut", "*.downsample", "layer2.0.shortcut.0.weight") == "layer2.0.downsample.0.weight");
  CHECK(renamed("a*.b*", "x*.y*", "a1.b2.c") == "x1.y2.c");
  CHECK_THROWS_WITH(renamed("a", "b*", "a"), ContainsSubstring("more stars"));
  CHECK_THROWS_WITH(renamed("*****z", "y", "a"), ContainsSubstring("more than 4 stars"));
}

TEST_CASE("a caret begins a regular expression") {
  CHECK(renamed("^layer(\\d)_(\\d)", "layer$1.$2", "layer1_0.conv") == "layer1.0.conv");
  CHECK_THROWS_WITH(renamed("^(", "", "a"), ContainsSubstring("regular expression"));
}

TEST_CASE("rules follow one another, before or behind the wrappers") {
  const NameRules rules({{"backbone.", ""}, {"linear", "fc"}});
  CHECK(rules.renamed("backbone.linear.bias") == "fc.bias");
  CHECK(rules.renamed("module.backbone.linear.bias") == "fc.bias");
  CHECK(without_wrappers("module._orig_mod.module.conv") == "conv");
}

TEST_CASE("a name of great length is never matched") {
  const std::string endless(1000000, 'a');
  CHECK(renamed("*", "x", endless) == endless);
  CHECK_FALSE(NameRule("a*").matches(endless));
}
