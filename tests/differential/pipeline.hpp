// A policy text through the front and the middle, for tests.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "spl/automaton.hpp"
#include "spl/diagnostic.hpp"
#include "spl/parse.hpp"
#include "spl/sema.hpp"
#include "spl/source.hpp"

namespace spl::test {

/// Owns what the later stages borrow. `program` is unset if there were errors.
struct Compiled {
  SourceMap sources;
  Diagnostics diagnostics;
  ast::Policy tree;
  std::optional<CheckedPolicy> checked;
  std::optional<Program> program;

  /// The diagnostics as a person sees them.
  [[nodiscard]] std::string complaints() const { return render_text(diagnostics, sources, false); }
};

/// Parses, checks and lowers; imports find nothing.
[[nodiscard]] std::unique_ptr<Compiled> compile(const std::string& text);

}  // namespace spl::test
