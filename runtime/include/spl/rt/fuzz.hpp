// Fuzzing a program by its policy, with libFuzzer. Inputs are traces: a mutator keeps all but their
// last statecall lawful, so that runs get deep into the protocol instead of being refused at its
// door, and the states of the monitor count as coverage, so that a run that leads the protocol
// somewhere new is kept even where it takes the program through no new code.
//
// An input is text, one statecall's name a line, as `splc replay` reads it. After an empty line
// come bytes for the program under test: what its messages are filled with. Names that the policy
// does not know are passed over, so a corpus outlives changes of the policy.
//
// `splc fuzz` writes a harness around this header. Hosted; needs exceptions neither itself nor of
// its users. Contract: runtime/README.md.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "spl/rt/monitor.hpp"
#include "spl/rt/names.hpp"

namespace spl::rt::fuzz {

/// Hits per place, for libFuzzer to look at after each run. A place is a hash of all automata's
/// states and the statecall that led there; two places may share a counter.
inline constexpr std::size_t kCounters = std::size_t{1} << 14;
#if defined(__linux__) && defined(__clang__)
[[gnu::section("__libfuzzer_extra_counters"), gnu::used]]
#endif
inline std::uint8_t counters[kCounters];

/// Observer that counts the places a monitor comes to.
struct Coverage {
  template <class M>
  void on_accepted(const M& monitor, typename M::Statecall statecall) const {
    count(monitor, statecall, 0);
  }
  template <class M>
  void on_refused(const M& monitor, typename M::Statecall statecall) const {
    count(monitor, statecall, 1);
  }

 private:
  template <class M>
  static void count(const M& monitor, typename M::Statecall statecall, std::uint64_t salt) {
    auto hash = mix(0x9e3779b97f4a7c15U ^ salt, static_cast<std::uint32_t>(statecall));
    for (std::uint32_t a = 0; a < M::kStateWords; ++a) hash = mix(hash, monitor.states()[a]);
    auto& counter = counters[hash % kCounters];
    if (counter != 0xff) ++counter;
  }
  static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0xff51afd7ed558ccdU;
    return hash ^ hash >> 33U;
  }
};

/// The bytes of an input that are not its trace, handed out piece by piece. Never runs dry: what is
/// missing is 0.
class Payload {
 public:
  Payload() = default;
  Payload(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}

  [[nodiscard]] std::size_t left() const { return left_; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *at_++;
  }
  /// An unsigned number below `bound`, which is at least 1.
  std::uint32_t below(std::uint32_t bound) {
    std::uint32_t value = 0;
    for (std::uint32_t most = bound - 1; most != 0; most >>= 8U) value = value << 8U | byte();
    return value % bound;
  }
  /// The next `count` bytes, or as many as are left.
  std::string_view bytes(std::size_t count) {
    const auto n = std::min(count, left_);
    const std::string_view taken(reinterpret_cast<const char*>(at_), n);
    at_ += n;
    left_ -= n;
    return taken;
  }

 private:
  const std::uint8_t* at_ = nullptr;
  std::size_t left_ = 0;
};

template <class Policy>
struct Input {
  std::vector<typename Policy::Statecall> steps;
  std::vector<std::uint8_t> payload;
};

/// Any bytes at all are an input.
template <class Policy>
[[nodiscard]] Input<Policy> parse(const std::uint8_t* data, std::size_t size) {
  Input<Policy> input;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    const auto id = Policy::names().find(line);
    if (id < Policy::statecall_count) {
      input.steps.push_back(static_cast<typename Policy::Statecall>(id));
    }
  }
  input.payload.assign(rest.begin(), rest.end());
  return input;
}

/// As text; returns how many bytes, at most `max_size`. Steps that find no room are left out from
/// the first such one on; the payload gets what room is left.
template <class Policy>
std::size_t write(const Input<Policy>& input, std::uint8_t* data, std::size_t max_size) {
  std::size_t at = 0;
  for (const auto step : input.steps) {
    const auto name = Policy::names()[static_cast<std::uint32_t>(step)];
    if (name.size() + 1 > max_size - at) break;
    std::memcpy(data + at, name.data(), name.size());
    at += name.size();
    data[at++] = '\n';
  }
  if (input.payload.empty() || at == max_size) return at;
  data[at++] = '\n';
  const auto n = std::min(input.payload.size(), max_size - at);
  if (n != 0) std::memcpy(data + at, input.payload.data(), n);
  return at + n;
}

/// Takes out every step that the policy refuses where it stands, but leaves the last step as it is.
template <class Policy>
void make_lawful(Input<Policy>& input) {
  if (input.steps.empty()) return;
  Monitor<Policy> monitor;
  const auto last = input.steps.back();
  input.steps.pop_back();
  std::erase_if(input.steps, [&](auto step) { return is_refusal(monitor.tick(step)); });
  input.steps.push_back(last);
}

/// LLVMFuzzerMutate: libFuzzer's own way to change bytes.
using MutateBytes = std::size_t (*)(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// One change to a trace, or to the payload, decided by `seed`. After it, all but the last step of
/// the trace are accepted by the policy; the last one may be, too.
template <class Policy>
class Mutator {
 public:
  using Statecall = typename Policy::Statecall;

  Mutator(Input<Policy>& input, unsigned seed) : input_(input), random_(seed) {}

  void mutate(MutateBytes mutate_bytes, std::size_t max_payload) {
    switch (below(8)) {
      case 0:
      case 1:
        keep(below(steps().size() + 1));
        walk(1 + below(8));
        break;
      case 2:
        walk(1 + below(8));
        break;
      case 3:
        insert();
        break;
      case 4:
        remove();
        break;
      case 5:
        repeat();
        break;
      case 6:
        // Half of the time at the end, for what is wrong there may be wrong only there.
        if (below(2) == 0) keep(below(steps().size() + 1));
        offend();
        break;
      default:
        change_payload(mutate_bytes, max_payload);
    }
    make_lawful(input_);
  }

  /// A start of this input, and an end of another.
  void cross_over(const Input<Policy>& other) {
    keep(below(steps().size() + 1));
    const auto from = below(other.steps.size() + 1);
    steps().insert(steps().end(), other.steps.begin() + static_cast<std::ptrdiff_t>(from),
                   other.steps.end());
    if (below(2) == 0) input_.payload = other.payload;
    make_lawful(input_);
  }

 private:
  std::vector<Statecall>& steps() { return input_.steps; }

  std::size_t below(std::size_t bound) { return random_() % bound; }

  void keep(std::size_t count) { steps().resize(count); }

  /// Where the trace has led; a refused step has led nowhere.
  Monitor<Policy> state() {
    Monitor<Policy> monitor;
    for (const auto step : steps()) monitor.tick(step);
    return monitor;
  }

  /// The n-th of all statecalls that are allowed (or that are refused) now.
  bool pick(const Monitor<Policy>& monitor, bool allowed, Statecall& picked) {
    std::size_t seen = 0;
    for (std::uint32_t s = 0; s < Policy::statecall_count; ++s) {
      const auto statecall = static_cast<Statecall>(s);
      const auto answer = monitor.would_answer(statecall);
      if (allowed ? answer != Verdict::accepted : !is_refusal(answer)) continue;
      if (below(++seen) == 0) picked = statecall;
    }
    return seen != 0;
  }

  /// Goes on lawfully.
  void walk(std::size_t count) {
    auto monitor = state();
    Statecall next{};
    for (; count != 0 && pick(monitor, true, next); --count) {
      monitor.tick(next);
      steps().push_back(next);
    }
  }

  /// Ends with what the policy refuses there.
  void offend() {
    Statecall next{};
    if (pick(state(), false, next)) steps().push_back(next);
  }

  void insert() {
    const auto at = static_cast<std::ptrdiff_t>(below(steps().size() + 1));
    Monitor<Policy> monitor;
    for (std::ptrdiff_t i = 0; i < at; ++i) monitor.tick(steps()[static_cast<std::size_t>(i)]);
    Statecall extra{};
    if (pick(monitor, true, extra)) steps().insert(steps().begin() + at, extra);
  }

  void remove() {
    if (steps().empty()) return;
    const auto from = static_cast<std::ptrdiff_t>(below(steps().size()));
    const auto most = std::min<std::size_t>(8, steps().size() - static_cast<std::size_t>(from));
    const auto count = static_cast<std::ptrdiff_t>(1 + below(most));
    steps().erase(steps().begin() + from, steps().begin() + from + count);
  }

  /// Some steps once more, right after themselves.
  void repeat() {
    if (steps().empty()) return;
    const auto from = below(steps().size());
    const auto count = 1 + below(std::min<std::size_t>(8, steps().size() - from));
    const std::vector<Statecall> part(steps().begin() + static_cast<std::ptrdiff_t>(from),
                                      steps().begin() + static_cast<std::ptrdiff_t>(from + count));
    steps().insert(steps().begin() + static_cast<std::ptrdiff_t>(from + count), part.begin(),
                   part.end());
  }

  void change_payload(MutateBytes mutate_bytes, std::size_t max_payload) {
    max_payload = std::max(max_payload, std::size_t{1});
    auto& bytes = input_.payload;
    const auto size = std::min(bytes.size(), max_payload);
    bytes.resize(max_payload);
    bytes.resize(mutate_bytes(bytes.data(), size, max_payload));
  }

  Input<Policy>& input_;
  std::minstd_rand random_;
};

/// For LLVMFuzzerCustomMutator.
template <class Policy>
std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed,
                   MutateBytes mutate_bytes) {
  auto input = parse<Policy>(data, size);
  Mutator<Policy>(input, seed).mutate(mutate_bytes, std::min<std::size_t>(max_size / 2, 4096));
  return write(input, data, max_size);
}

/// For LLVMFuzzerCustomCrossOver.
template <class Policy>
std::size_t cross_over(const std::uint8_t* data1, std::size_t size1, const std::uint8_t* data2,
                       std::size_t size2, std::uint8_t* out, std::size_t max_size, unsigned seed) {
  auto input = parse<Policy>(data1, size1);
  Mutator<Policy>(input, seed).cross_over(parse<Policy>(data2, size2));
  return write(input, out, max_size);
}

/// What must hold between a program and its policy.
enum class Law : std::uint8_t {
  takes_no_more,  // the program refuses whatever the policy refuses
  agrees,         // and takes whatever the policy accepts
};

namespace detail {

template <class M>
[[noreturn]] void report(const char* what, const M& monitor,
                         const std::vector<typename M::Statecall>& steps, std::size_t count) {
  std::fprintf(stderr, "%s\n", what);
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = M::policy::names()[static_cast<std::uint32_t>(steps[i])];
    std::fprintf(stderr, "%6zu  %.*s\n", i + 1, static_cast<int>(name.size()), name.data());
  }
  // With the source map included, explain() is there.
  if constexpr (requires { explain(monitor, steps[count - 1]).to_string(); }) {
    if (!monitor.would_accept(steps[count - 1])) {
      std::fprintf(stderr, "%s", explain(monitor, steps[count - 1]).to_string().c_str());
    }
  }
  std::abort();
}

}  // namespace detail

/// Leads the program under test and a monitor through one input, and aborts with the trace and the
/// policy's explanation where they break the law. `program.step(statecall, payload)` makes the step
/// happen (hands a message in, lets a timer run out) and returns whether the program took it. The
/// run ends at the first step that is not taken.
template <class Policy, class Program>
void run(const std::uint8_t* data, std::size_t size, Program& program, Law law = Law::agrees) {
  const auto input = parse<Policy>(data, size);
  Payload payload(input.payload.data(), input.payload.size());
  Monitor<Policy, Coverage> monitor;
  for (std::size_t i = 0; i < input.steps.size(); ++i) {
    const auto step = input.steps[i];
    const bool lawful = !is_refusal(monitor.would_answer(step));
    const bool taken = program.step(step, payload);
    if (taken && !lawful) {
      detail::report("the program takes what the policy refuses:", monitor, input.steps, i + 1);
    }
    if (!taken && lawful && law == Law::agrees) {
      detail::report("the program refuses what the policy accepts:", monitor, input.steps, i + 1);
    }
    monitor.tick(step);
    if (!taken) return;
  }
}

}  // namespace spl::rt::fuzz
