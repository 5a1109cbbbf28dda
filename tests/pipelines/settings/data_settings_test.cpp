#include <algorithm>

#include "catch_compat.h"
#include "core/error.h"
#include "graph/graph_builder.h"
#include "pipelines/image_options.h"

using namespace tnn;

namespace {

DataSettings read(const std::string& image_size) { return data_settings(Recipe::defaults({"data.image_size=" + image_size})); }

Graph network_for(const std::vector<int64_t>& input) {
  GraphBuilder b("small");
  return b.finish({b.linear("classifier", b.flatten("flatten", b.input(input)), 3)});
}

}  // namespace

TEST_CASE("data.image_size is one side, or a height and a width") {
  CHECK((data_settings(Recipe::defaults()).augmentation.image_size == ImageExtent{}));
  CHECK((read("0").augmentation.image_size == ImageExtent{}));
  CHECK((read("64").augmentation.image_size == ImageExtent{64, 64}));
  CHECK((read("[64]").augmentation.image_size == ImageExtent{64, 64}));
  CHECK((read("[24, 40]").augmentation.image_size == ImageExtent{24, 40}));
  for (const char* half : {"[0, 40]", "[24, 0]"})
    CHECK_THROWS_WITH(read(half), ContainsSubstring("data.image_size") && ContainsSubstring("both 0 (as stored), or neither"));
  for (const char* wrong : {"[1, 2, 3]", "[]", "-1", "24x40", "[24, wide]", "{height: 24}"}) CHECK_THROWS_AS(read(wrong), UsageError);
}

TEST_CASE("images have the size that data.image_size says, or that they are stored in, or that the network takes") {
  const DatasetCard cifar = load_card(TNN_SOURCE_DIR "/datasets", "cifar10"), folders = load_card(TNN_SOURCE_DIR "/datasets", "imagenet");
  const Graph graph = network_for({3, 24, 40});
  using Shape = std::vector<int64_t>;
  CHECK(image_shape(read("0"), cifar, graph) == Shape{3, 32, 32});
  CHECK(image_shape(read("[20, 36]"), cifar, graph) == Shape{3, 20, 36});
  CHECK(image_shape(read("0"), folders, graph) == Shape{3, 24, 40});
  CHECK(image_shape(read("48"), folders, graph) == Shape{3, 48, 48});
  CHECK((input_extent(graph) == ImageExtent{24, 40}));
}
