#include "catch_compat.h"
#include "core/error.h"
#include "pipelines/settings/settings.h"

using namespace tnn;

namespace {
DatapathOptions read(const std::vector<std::string>& overrides) { return datapath_options(Recipe::defaults(overrides)); }
}  // namespace

TEST_CASE("the training section's defaults are a valid training") {
  const DatapathOptions options = read({});
  CHECK(options.prior.kind == PriorKind::chunks);
  CHECK(options.schedule.kind == ScheduleKind::cosine);
}

TEST_CASE("keys that contradict each other are all named at once") {
  CHECK_THROWS_WITH(read({"training.u_prior=list", "training.warmup_epochs=20", "training.epochs=10"}),
                    ContainsSubstring("training.u_list") && ContainsSubstring("training.warmup_epochs"));
  CHECK_THROWS_WITH(read({"training.u_per=sample"}), ContainsSubstring("u_per"));
  CHECK_THROWS_WITH(read({"training.nesterov=true", "training.optimizer=adam"}), ContainsSubstring("nesterov"));
  CHECK_THROWS_WITH(read({"data.validation_fraction=0"}), ContainsSubstring("validation split"));
  CHECK_NOTHROW(read({"data.validation_fraction=0", "training.best=last"}));
  const std::vector<std::string> curriculum{"training.u_prior=curriculum", "training.curriculum_trains=new_slice"};
  CHECK(read(curriculum).prior.new_slice_alone);
  CHECK_THROWS_WITH(read({"training.curriculum_trains=new_slice"}), ContainsSubstring("training.u_prior curriculum"));
  CHECK_THROWS_WITH(read({curriculum[0], curriculum[1], "gating.strategy=independent"}), ContainsSubstring("'nested'"));
  CHECK_THROWS_WITH(read({curriculum[0], curriculum[1], "training.batch_norm=shared"}), ContainsSubstring("statistics"));
  CHECK_THROWS_WITH(read({"training.chunks=8", "training.batch_size=4"}), ContainsSubstring("training.chunks"));
}
