// The exception of tick_or_throw(). Hosted builds only.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spl::rt {

/// A statecall that the policy refuses. what() names it, the automata that refuse it and what was
/// expected; explain() (STEM_source_map.hpp) adds the policy's lines, for the monitor is unchanged.
class BadStatecall : public std::runtime_error {
 public:
  class Builder;

  [[nodiscard]] const std::string& statecall() const { return statecall_; }
  /// The value that was ticked; static_cast it to the policy's Statecall.
  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] const std::vector<std::string>& automata() const { return automata_; }
  [[nodiscard]] const std::vector<std::string>& expected() const { return expected_; }

 private:
  BadStatecall(const std::string& what, std::string statecall, std::uint32_t id,
               std::vector<std::string> automata, std::vector<std::string> expected)
      : std::runtime_error(what),
        statecall_(std::move(statecall)),
        id_(id),
        automata_(std::move(automata)),
        expected_(std::move(expected)) {}

  std::string statecall_;
  std::uint32_t id_;
  std::vector<std::string> automata_;
  std::vector<std::string> expected_;
};

/// Collects what a monitor knows about a refusal.
class BadStatecall::Builder {
 public:
  Builder(std::string_view statecall, std::uint32_t id) : statecall_(statecall), id_(id) {}
  void refused_by(std::string_view automaton) { automata_.emplace_back(automaton); }
  void expected(std::string_view statecall) { expected_.emplace_back(statecall); }

  [[nodiscard]] BadStatecall build() const {
    std::string what = "statecall '" + statecall_ + "' refused";
    if (automata_.empty()) {
      what += ": the policy does not know it";
    } else {
      what += automata_.size() == 1 ? " by automaton " : " by automata ";
      join(what, automata_, automata_.size(), "'");
    }
    what += "; expected ";
    if (expected_.empty()) {
      what += "nothing more";
    } else {
      constexpr std::size_t kShown = 8;
      join(what, expected_, kShown, "");
    }
    return {what, statecall_, id_, automata_, expected_};
  }

 private:
  static void join(std::string& out, const std::vector<std::string>& names, std::size_t shown,
                   const char* quote) {
    for (std::size_t i = 0; i < names.size() && i < shown; ++i) {
      if (i != 0) out += ", ";
      out += quote + names[i] + quote;
    }
    if (names.size() > shown) out += " and " + std::to_string(names.size() - shown) + " more";
  }

  std::string statecall_;
  std::uint32_t id_;
  std::vector<std::string> automata_;
  std::vector<std::string> expected_;
};

}  // namespace spl::rt
