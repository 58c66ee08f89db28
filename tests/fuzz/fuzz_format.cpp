// Any bytes to the formatter: the tree stays, and formatting twice changes nothing.
#include "fuzz.hpp"
#include "spl/parse.hpp"

namespace spl::test {
namespace {

struct Formatted {
  SourceMap sources;
  Diagnostics diagnostics;
  ast::File file;
  std::optional<std::string> text;

  explicit Formatted(std::string source) {
    const auto id = sources.add("fuzzed", std::move(source));
    file = parse_text(id, sources, diagnostics);
    Diagnostics again;
    text = format(id, sources, again);
  }
};

}  // namespace
}  // namespace spl::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  const Formatted once(text_of(data, size));
  require(once.text.has_value() != once.diagnostics.has_errors(),
          "the formatter and the parser disagree about errors");
  if (!once.text) return 0;
  const Formatted twice(*once.text);
  require(twice.text.has_value(), "the formatted text does not parse", *once.text);
  require(spl::equal(once.file, twice.file), "formatting changes the tree", *once.text);
  require(*once.text == *twice.text, "formatting twice differs",
          *once.text + "\n---\n" + *twice.text);
  require(spl::print(twice.file) == spl::print(once.file), "printing differs");
  return 0;
}
