// Arguments that users hand through to spin, the C compiler and the verifier. A search may be
// called exhaustive only with those that are known to leave every state in it; the list is of
// these, so that what nobody thought of costs a proof and never makes a wrong one.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "spl/promela/job.hpp"

namespace spl::promela {
namespace {

/// An argument as written, or where it ends in '*', whatever starts so.
bool matches(std::string_view pattern, std::string_view argument) {
  if (!pattern.ends_with('*')) return pattern == argument;
  pattern.remove_suffix(1);
  return argument.starts_with(pattern);
}

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& patterns, std::string_view argument) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](std::string_view p) { return matches(p, argument); });
}

// -o1 .. -o3 and -o5 switch optimisations of spin's off.
constexpr std::array<std::string_view, 6> kSpin{"-o1", "-o2", "-o3", "-o5", "-v", "-w"};
constexpr std::array<std::string_view, 16> kCompiler{
    "-O*",          "-g*",        "-w",         "-W*",     "-m*",      "-f*",
    "-pipe",        "-static",    "-s",         "-std=*",  "-DFREQ=*", "-DCOLLAPSE",
    "-DVECTORSZ=*", "-DMEMLIM=*", "-DNOREDUCE", "-DNOFAIR"};
// Hash tables, seeds and the order of moves.
constexpr std::array<std::string_view, 5> kVerifier{"-w*", "-h*", "-RS*", "-n", "-v"};

std::string unknown(const std::vector<std::string>& arguments, bool (*harmless)(std::string_view),
                    std::string_view option) {
  for (const auto& a : arguments) {
    if (!harmless(a)) return fmt::format("{} {} may cut the search short", option, a);
  }
  return {};
}

}  // namespace

std::string Search::caveat() const {
  if (bitstate) return "bitstate search is not exhaustive";
  auto why = unknown(
      spin_arguments, [](std::string_view a) { return one_of(kSpin, a); }, "--spin-arg");
  if (why.empty()) {
    why = unknown(
        compiler_arguments, [](std::string_view a) { return one_of(kCompiler, a); }, "--cc-arg");
  }
  if (why.empty()) {
    why = unknown(
        verifier_arguments, [](std::string_view a) { return one_of(kVerifier, a); }, "--pan-arg");
  }
  return why;
}

}  // namespace spl::promela
