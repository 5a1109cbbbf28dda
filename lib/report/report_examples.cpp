#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "report/curve_columns.h"
#include "report/markup.h"
#include "report/quantity.h"
#include "report/report_sections.h"

namespace tnn {
namespace {

constexpr double kShownScore = 0.3;  ///< boxes that a detector is less sure of would hide the others
constexpr size_t kMostBoxes = 20;    ///< in one picture

/// RFC 4648.
std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : kDigits[three >> (18 - 6 * k) & 63];
  }
  return text;
}

std::string data_address(const std::string& bytes) {
  const bool png = bytes.rfind("\x89PNG", 0) == 0;
  return fmt::format("data:image/{};base64,{}", png ? "png" : "jpeg", base64(bytes));
}

/// A colour for each class, as far from its neighbours' as may be.
int hue_of(int category) { return category * 137 % 360; }

std::string frame(const ExampleBox& box, double line, bool dashed) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:.2f}\"{}/>", box.x1,
      box.y1, std::max(0.0, box.x2 - box.x1), std::max(0.0, box.y2 - box.y1),
      dashed ? "white" : fmt::format("hsl({} 90% 55%)", hue_of(box.category)), line,
      dashed ? fmt::format(" stroke-dasharray=\"{:.1f}\"", 3 * line) : "");
}

std::string caption(const UtilizationCurve& curve, const ExampleBox& box, double size) {
  const std::string text = fmt::format("{} {:.2f}", class_name(curve, static_cast<size_t>(box.category)), box.score);
  return fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" fill=\"white\" stroke=\"black\" stroke-width=\"{:.2f}\" "
      "paint-order=\"stroke\">{}</text>",
      box.x1 + 0.3 * size, std::max(box.y1 + 1.1 * size, 1.1 * size), size, 0.25 * size, escape_markup(text));
}

std::string picture(const UtilizationCurve& curve, const ExampleImage& image, size_t index, const ExampleImage::Found& found) {
  const double line = std::max(image.width, image.height) / 160.0, size = 6 * line;
  std::string svg = fmt::format("<figure><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\"><use href=\"#example{}\"/>", image.width,
                                image.height, escape_markup(fmt::format("{} at u = {}", image.name, rounded_text(found.u))), index);
  for (const ExampleBox& box : image.shown) svg += frame(box, line / 2, true);
  std::vector<ExampleBox> sure;
  for (const ExampleBox& box : found.boxes)
    if (box.score >= kShownScore && sure.size() < kMostBoxes) sure.push_back(box);
  std::reverse(sure.begin(), sure.end());  // the surest lies over the others
  for (const ExampleBox& box : sure) svg += frame(box, line, false) + caption(curve, box, size);
  return svg + fmt::format("</svg><figcaption>u = {}: {} objects</figcaption></figure>\n", rounded_text(found.u), sure.size());
}

}  // namespace

std::string examples_section(const UtilizationCurve& curve) {
  if (curve.examples.empty()) return "";
  std::string html = fmt::format(
      "<section class=\"card examples\">\n<h2>Found in images</h2>\n<p class=\"note\">Test images with the boxes that are found with a "
      "score of {} "
      "or more (coloured, by class), beside those of the annotation (dashed, white).</p>\n",
      kShownScore);
  html += "<svg width=\"0\" height=\"0\" aria-hidden=\"true\">";
  for (size_t i = 0; i < curve.examples.size(); ++i) {
    const ExampleImage& image = curve.examples[i];
    html += fmt::format("<symbol id=\"example{}\" viewBox=\"0 0 {} {}\"><image width=\"{}\" height=\"{}\" href=\"{}\"/></symbol>", i,
                        image.width, image.height, image.width, image.height, data_address(image.bytes));
  }
  html += "</svg>\n";
  for (size_t i = 0; i < curve.examples.size(); ++i) {
    const ExampleImage& image = curve.examples[i];
    html += fmt::format("<p class=\"note\">{}</p>\n<div class=\"row\">\n", escape_markup(image.name));
    for (const ExampleImage::Found& found : image.found) html += picture(curve, image, i, found);
    html += "</div>\n";
  }
  return html + "</section>\n";
}

}  // namespace tnn
