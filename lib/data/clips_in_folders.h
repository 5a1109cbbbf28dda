#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/clip_list.h"
#include "data/dataset_card.h"
#include "data/encoded_clips.h"
#include "data/image_set.h"

namespace tnn {

/// Clips that are folders of frames below one folder; their names in one piece of memory, as there may be very many. A folder is listed
/// when its clip is opened, not before.
class ClipsInFolders : public EncodedClips {
 public:
  explicit ClipsInFolders(std::filesystem::path folder, LeftOut left_out = LeftOut()) : folder_(std::move(folder)) {
    left_out_ = std::move(left_out);
  }
  /// `path`: of the clip's folder, from `folder`; its last name is the clip's id.
  void add(std::string_view path) {
    paths_ += path;
    ends_.push_back(paths_.size());
  }
  std::string name(size_t index) const override { return (folder_ / path(index)).string(); }
  std::string name_in_class(size_t index) const override {
    const std::string_view whole = path(index);
    return std::string(whole.substr(whole.rfind('/') + 1));  // npos + 1 is 0
  }
  std::unique_ptr<const OpenClip> open(size_t index) const override;

 private:
  std::string_view path(size_t index) const {
    const size_t begin = index == 0 ? 0 : ends_.at(index - 1);
    return std::string_view(paths_).substr(begin, ends_.at(index) - begin);
  }

  std::filesystem::path folder_;
  std::string paths_;
  std::vector<size_t> ends_;
};

/// `limit` of the clips below a folder (see limited()) as a set, with the classes of a card; the ids are their folders' paths, and each has
/// a label.
ImageSet clip_set(const std::filesystem::path& folder, const ListedClips& clips, int64_t limit, const DatasetCard& card,
                  LeftOut left_out = LeftOut());

}  // namespace tnn
