// What `splc fuzz` writes beside the monitor: texts only.
#pragma once

#include <string>

#include "spl/automaton.hpp"

namespace spl::driver {

/// STEM_fuzz.cpp: a harness for libFuzzer around spl/rt/fuzz.hpp, with the monitor itself in the
/// place of the program under test, so that it builds and runs as it is.
[[nodiscard]] std::string fuzz_harness(const std::string& policy, const std::string& stem,
                                       const std::string& name_space);

/// STEM.dict: every statecall's name with its line break, in the format that libFuzzer and AFL++
/// share.
[[nodiscard]] std::string fuzz_dictionary(const Program& program);

}  // namespace spl::driver
