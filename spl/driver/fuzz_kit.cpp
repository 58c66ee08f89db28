// The harness belongs to its user once it is written, so it says in its comments what to change.
#include "driver/fuzz_kit.hpp"

#include <fmt/format.h>

#include "driver/explain.hpp"

namespace spl::driver {

std::string fuzz_harness(const std::string& policy, const std::string& stem,
                         const std::string& name_space) {
  return fmt::format(
      R"(// A libFuzzer harness for a program that must keep to {0}. Made by splc fuzz, which
// writes this file only where there is none: it is yours to change.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -I <statecall>/include \
//     {1}_fuzz.cpp -o {1}_fuzz
//   mkdir -p corpus && ./{1}_fuzz -dict={1}.dict corpus seeds
//
// An input is a trace, one statecall a line; after an empty line come bytes for the program. The
// mutator keeps all but the last statecall lawful, and the states that the policy comes to count as
// coverage.
#include <cstddef>
#include <cstdint>

#include "{1}.hpp"
#include "{1}_source_map.hpp"
#include "spl/rt/fuzz.hpp"

namespace {{

/// The program under test, new for each input. As it stands here it is the monitor itself, so
/// nothing will be found: put your own in its place.
class Program {{
 public:
  /// Makes the step happen: hand the message in that the statecall stands for, let the timer run
  /// out, ask for the message that is to be sent. Fill what has contents from the payload. Returns
  /// whether the program took the step.
  bool step({2}::Statecall statecall, spl::rt::fuzz::Payload& payload) {{
    static_cast<void>(payload);
    return !spl::rt::is_refusal(monitor_.tick(statecall));
  }}

 private:
  {2}::Monitor monitor_;
}};

}}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {{
  return spl::rt::fuzz::mutate<{2}::Policy>(data, size, max_size, seed, LLVMFuzzerMutate);
}}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned seed) {{
  return spl::rt::fuzz::cross_over<{2}::Policy>(data1, size1, data2, size2, out, max_size, seed);
}}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {{
  Program program;
  // Law::agrees: the program takes exactly what the policy accepts. Law::takes_no_more: it may
  // refuse more than the policy does.
  spl::rt::fuzz::run<{2}::Policy>(data, size, program, spl::rt::fuzz::Law::agrees);
  return 0;
}}
)",
      printable(policy.substr(policy.rfind('/') + 1)), stem, name_space);
}

std::string fuzz_dictionary(const Program& program) {
  std::string text = "# Made by splc fuzz.\n";
  for (const auto& s : program.vocabulary.all()) text += fmt::format("\"{}\\x0a\"\n", s.name);
  return text;
}

}  // namespace spl::driver
