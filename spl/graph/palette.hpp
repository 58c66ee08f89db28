// The colours of drawings. Those of Okabe and Ito, darker or lighter where text needs contrast:
// they tell apart for all kinds of sight. Nothing is said by a colour alone.
#pragma once

#include <array>

#include "spl/graph.hpp"

namespace spl::graph {

enum class Colour : std::uint8_t {
  paper,
  ink,
  dim,
  box,
  box_line,
  arrow,
  dot,
  automaton,
  during,
  during_text,
  allow,
  allow_text,
  bad_box,
  bad,
  taken,
  taken_box,
  end_box,
  count
};

struct Shades {
  const char* light;
  const char* dark;
};

/// All different within a theme, so that the one can be made of the other.
inline constexpr std::array<Shades, static_cast<std::size_t>(Colour::count)> kColours{{
    {"#ffffff", "#0d1117"},  // paper
    {"#1b1f24", "#e6edf3"},  // ink
    {"#57606a", "#9da7b3"},  // dim
    {"#f1f5f9", "#1b222c"},  // box
    {"#47525e", "#8d99a6"},  // box_line
    {"#3d4852", "#aab4bf"},  // arrow
    {"#6b7682", "#848f9b"},  // dot
    {"#8c959f", "#6e7681"},  // automaton
    {"#b07800", "#e69f00"},  // during
    {"#7a5200", "#f0c14b"},  // during_text
    {"#009e73", "#00a87a"},  // allow
    {"#006b54", "#4fd1a8"},  // allow_text
    {"#fdecea", "#35171a"},  // bad_box
    {"#b3261e", "#ff8b7e"},  // bad
    {"#0072b2", "#56b4e9"},  // taken
    {"#dcedfa", "#0f2f45"},  // taken_box
    {"#fff1c2", "#3d3000"},  // end_box
}};

[[nodiscard]] constexpr const char* shade(Colour colour, GraphStyle::Theme theme) {
  const auto& shades = kColours[static_cast<std::size_t>(colour)];
  return theme == GraphStyle::Theme::dark ? shades.dark : shades.light;
}

// Families of equal widths, so that text fits its box where the first is not installed.
inline constexpr const char* kSans = "DejaVu Sans,Verdana,sans-serif";
inline constexpr const char* kMono = "DejaVu Sans Mono,Menlo,Consolas,monospace";
// In points; on a screen a point is 4/3 pixels.
inline constexpr int kNameSize = 11;
inline constexpr int kSmallSize = 9;

}  // namespace spl::graph
