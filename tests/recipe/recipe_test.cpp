#include "recipe/recipe.h"

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {
const std::string kModel = "model: {name: vgg_w}\n";
}

TEST_CASE("a recipe gives what the file says, and defaults for the rest") {
  const Recipe recipe =
      Recipe::parse("model:\n  name: vgg_w\n  stages: [64, M]\ntraining:\n  learning_rate: 1\n  nesterov: true\n", "r.yaml");
  CHECK(recipe.text("model.name") == "vgg_w");
  CHECK(recipe.texts("model.stages") == std::vector<std::string>{"64", "M"});
  CHECK(recipe.real("training.learning_rate") == 1.0);
  CHECK(recipe.boolean("training.nesterov"));
  CHECK(recipe.integer("training.epochs") == 10);
  CHECK(recipe.integers("model.input") == std::vector<int64_t>{3, 32, 32});
  CHECK(recipe.reals("training.validation_u") == std::vector<double>{0.25, 0.5, 1});
  CHECK(recipe.real("training.epsilon") == 1e-8);
  CHECK(recipe.text("training.optimizer") == "sgd");
  CHECK(recipe.name() == "r");
}

TEST_CASE("a value tells where it is from") {
  const Recipe recipe = Recipe::parse(kModel + "training:\n  epochs: 3\n", "r.yaml", {"run.threads=2"});
  CHECK(recipe.where("training.epochs") == "r.yaml:3:11");
  CHECK(recipe.where("run.threads") == "--set run.threads=2");
  CHECK(recipe.where("run.device") == "default");
  CHECK(recipe.is_default("run.device"));
  CHECK_FALSE(recipe.is_default("training.epochs"));
  CHECK(recipe.fault("training.epochs", "too few").what() == std::string("r.yaml:3:11: too few"));
  CHECK(recipe.fault("run.device", "no GPU").what() == std::string("run.device (default): no GPU"));
}

TEST_CASE("the resolved recipe loads again to the same values") {
  const Recipe recipe =
      Recipe::parse(kModel, "r.yaml",
                    {"training.learning_rate=0.1234567890123456789", "training.weight_decay=3e-300", "model.hidden=[]",
                     "output.name='say \"hi\" \\ # : größe'", "data.root=true", "training.seed=9007199254740992",
                     "training.u_list=[0.1, 0.30000000000000004, 1]", "model.stages=[64, M, '#']", "output.formats=[h5]"});
  const Recipe again = Recipe::parse(recipe.resolved_yaml(), "again.yaml");
  CHECK(again == recipe);
  CHECK(again.resolved_yaml() == recipe.resolved_yaml());
  CHECK(again.text("output.name") == "say \"hi\" \\ # : größe");
  CHECK(again.text("data.root") == "true");
  CHECK(again.real("training.learning_rate") == 0.1234567890123456789);
  CHECK(again.real("training.weight_decay") == 3e-300);
  CHECK(again.reals("training.u_list")[1] == 0.30000000000000004);
  CHECK(again.integer("training.seed") == int64_t{1} << 53);
  CHECK(again.integers("model.hidden").empty());
  CHECK_THAT(recipe.resolved_yaml(), ContainsSubstring("\n  epsilon: 1e-08\n") && ContainsSubstring("\n  momentum: 0.9\n"));
  for (const auto& key : recipe_keys()) CHECK_FALSE(again.is_default(key.path));
}

TEST_CASE("a list that may be one value takes it with brackets and without, and is written as short as it can be") {
  const auto read = [](const std::string& value) { return Recipe::defaults({"data.image_size=" + value}); };
  CHECK(read("48") == read("[48]"));
  CHECK(read("48").integers("data.image_size") == std::vector<int64_t>{48});
  CHECK(read("[24, 40]").integers("data.image_size") == std::vector<int64_t>{24, 40});
  CHECK_THAT(read("[48]").resolved_yaml(), ContainsSubstring("\n  image_size: 48\n"));
  CHECK_THAT(read("[24, 40]").resolved_yaml(), ContainsSubstring("\n  image_size: [24, 40]\n"));
  CHECK_THROWS_WITH(read("24x40"), ContainsSubstring("data.image_size must be an integer or a list of such in [0, 4096] px, not"));
  CHECK_THROWS_WITH(read("[24, x]"), ContainsSubstring("data.image_size[1] must be an integer in [0, 4096] px, not"));
  CHECK_THROWS_WITH(read("5000"), ContainsSubstring("data.image_size is out of range"));
}

TEST_CASE("an override wins over the file, and the last one over those before it") {
  const Recipe recipe = Recipe::parse(kModel + "training: {epochs: 3}", "r", {"training.epochs=4", "model.name=mlp", "training.epochs=5"});
  CHECK(recipe.integer("training.epochs") == 5);
  CHECK(recipe.text("model.name") == "mlp");
  CHECK(Recipe::parse(kModel, "r", {"output.name="}).text("output.name").empty());
  CHECK(Recipe::parse(kModel, "r", {"evaluation.u=0.1:1:0.1"}).text("evaluation.u") == "0.1:1:0.1");
}

TEST_CASE("defaults need no file, and a required key without a value is a usage error when read") {
  const Recipe recipe = Recipe::defaults({"run.threads=3"});
  CHECK(recipe.integer("run.threads") == 3);
  CHECK_THROWS_AS(recipe.text("model.name"), UsageError);
  CHECK(Recipe::defaults({"model.name=vgg_w"}) == Recipe::parse(kModel, "r"));
}

TEST_CASE("reading a key that is not declared, or as another type, is a programmer's error") {
  const Recipe recipe = Recipe::parse(kModel, "r");
  CHECK_THROWS_AS(recipe.integer("training.epoch"), std::logic_error);
  CHECK_THROWS_AS(recipe.real("training.epochs"), std::logic_error);
  CHECK_THROWS_AS(recipe.where("nothing"), std::logic_error);
}

TEST_CASE("an includer wins over what it includes, and a later included file over an earlier one") {
  const TemporaryFolder folder;
  create_folder(folder.path() / "base");
  write_file_atomically(folder.path() / "base/a.yaml", "include: c.yaml\ntraining: {epochs: 1, seed: 1, chunks: 1, log_steps: 1}");
  write_file_atomically(folder.path() / "base/b.yaml", "training: {seed: 2, chunks: 2}");
  write_file_atomically(folder.path() / "base/c.yaml", "training: {patience: 9, log_steps: 9}\nmodel: {hidden: [1, 2]}");
  write_file_atomically(folder.path() / "r.yaml",
                        "model: {name: x, hidden: [3]}\ntraining: {chunks: 3}\ninclude: [base/a.yaml, base/b.yaml]");
  const Recipe recipe = Recipe::load(folder.path() / "r.yaml");
  CHECK(recipe.integer("training.epochs") == 1);
  CHECK(recipe.integer("training.seed") == 2);
  CHECK(recipe.integer("training.chunks") == 3);
  CHECK(recipe.integer("training.patience") == 9);
  CHECK(recipe.integer("training.log_steps") == 1);
  CHECK(recipe.integers("model.hidden") == std::vector<int64_t>{3});
  CHECK(recipe.name() == "r");
  CHECK_THAT(recipe.where("training.seed"), ContainsSubstring("base/b.yaml:1:18"));
}

TEST_CASE("pairs are a list of lists of two or a mapping, in their order, and come back from the resolved recipe") {
  const TextPairs expected{{"model.", ""}, {"^a\\.(\\d)", "b$1"}, {"linear", "fc"}};
  for (const std::string& yaml : {std::string(R"([["model.", ""], ['^a\.(\d)', b$1], [linear, fc]])"),
                                  std::string(R"({"model.": "", '^a\.(\d)': b$1, linear: fc})")}) {
    const Recipe recipe = Recipe::parse("model: {name: mlp, pretrained_rename: " + yaml + "}\n", "r.yaml");
    CHECK(recipe.text_pairs("model.pretrained_rename") == expected);
    CHECK(Recipe::parse(recipe.resolved_yaml(), "again.yaml").text_pairs("model.pretrained_rename") == expected);
    const Recipe given = Recipe::parse("model: {name: mlp}\n", "r.yaml", {"model.pretrained_rename=" + yaml});
    CHECK(given.text_pairs("model.pretrained_rename") == expected);
  }
  for (const char* wrong : {"[a, b]", "[[a]]", "[[a, b, c]]", "a", "[[a, [b]]]", "{a: [b]}"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(Recipe::parse(std::string("model: {name: mlp, pretrained_rename: ") + wrong + "}\n", "r.yaml"),
                      ContainsSubstring("r.yaml:1:") && ContainsSubstring("model.pretrained_rename"));
  }
}
