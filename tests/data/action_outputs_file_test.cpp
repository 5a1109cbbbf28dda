#include "data/action_outputs_file.h"

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "temporary_folder.h"

using namespace tnn;

TEST_CASE("kept outputs read back under their own key alone") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "outputs.h5";
  const KeptOutputs written{{{0.5, 1}, 3, {4, 7}, {0, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12.5f}}, {{0.5, 1}, 3, {}, {}, {}}};
  CHECK_FALSE(read_kept_outputs(file, "key"));
  write_kept_outputs(file, "key", written);
  const auto read = read_kept_outputs(file, "key");
  REQUIRE(read);
  CHECK(read->train == written.train);
  CHECK(read->validation == written.validation);
  CHECK_FALSE(read_kept_outputs(file, "another key"));
  KeptOutputs with_features = written;
  with_features.train.feature_count = with_features.validation.feature_count = 2;
  with_features.train.features = {0.5f, -1, 7, 0};
  write_kept_outputs(file, "features", with_features);
  CHECK(read_kept_outputs(file, "features")->train == with_features.train);
  CHECK(read_kept_outputs(file, "features")->validation == with_features.validation);
  write_file_atomically(file, "not HDF5");
  CHECK_FALSE(read_kept_outputs(file, "key"));
}
