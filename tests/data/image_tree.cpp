#include "image_tree.h"

#include "core/atomic_file.h"
#include "data/dataset_folder.h"
#include "image_files.h"

namespace tnn::test {

DatasetCard write_image_tree(const std::filesystem::path& folder) {
  const auto forms = jpeg_forms();
  size_t number = 0;
  for (const auto& [split, count] : {std::pair{"train", 4}, std::pair{"val", 2}})
    for (const char* name : {"n01", "n02", "n03"})
      for (int i = 0; i < count; ++i, ++number) {
        const auto path = folder / split / name / (std::string(name) + "_" + std::to_string(i) + ".JPEG");
        std::filesystem::create_directories(path.parent_path());
        const JpegForm& form = forms[number % forms.size()].second;
        const Picture picture = test_picture(40 + static_cast<int>(number), 64 - static_cast<int>(number), channels_of(form), number);
        const auto bytes = number == 2 ? png_bytes(test_picture(50, 60, 3, number)) : jpeg_bytes(picture, form);
        write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      }
  return complete_card(load_card(std::filesystem::path(TNN_SOURCE_DIR) / "datasets", "image_folder"), folder);
}

}  // namespace tnn::test
