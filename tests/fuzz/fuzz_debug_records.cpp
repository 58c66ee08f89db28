// What a source of the SSH server's live debugger may tell, were it taken over: datagrams, each
// behind two bytes for its length.
//
// Laws: whoever is told hears of a monitor before its steps, and after its end no more; numbers are
// of the policy, those of steps rise; what was wrong once is not heard again; memory is bounded.
#include <algorithm>
#include <map>

#include "debugger/collector.hpp"
#include "fuzz.hpp"

namespace {

using namespace ssh::debugger;
using spl::test::require;

class Court : public Audience {
 public:
  void begin(Subject subject, std::optional<Subject> parent, const record::Begin& begin) override {
    require(!parent || known_.contains(*parent), "a parent that nobody knows");
    require(begin.title.size() <= kLongestTitle, "a long title");
    states(facts(begin.policy), begin.states);
    known_[subject] = {&facts(begin.policy), begin.seen};
    require(known_.size() <= Collector::kMostSubjects, "too many subjects");
  }
  void step(Subject subject, const record::Step& step) override {
    const auto known = known_.find(subject);
    require(known != known_.end(), "a step of nobody");
    require(step.statecall < known->second.policy->statecalls, "no such statecall");
    require(step.number > known->second.last, "numbers do not rise");
    known->second.last = step.number;
    states(*known->second.policy, step.states);
  }
  void refused(Subject subject, const PolicyFacts& policy,
               const record::Refused& refused) override {
    const auto known = known_.find(subject);
    require(known != known_.end() && known->second.policy == &policy, "a refusal of nobody");
    for (const auto automaton : refused.automata) {
      require(!policy.automaton(automaton).empty(), "no such automaton");
      require(automaton < policy.automata, "no such automaton");
    }
    for (const auto statecall : refused.expected) {
      require(statecall < policy.statecalls, "no such statecall");
    }
    require(refused.text.size() <= kLongestExplanation, "a long explanation");
  }
  void end(Subject subject, const std::string&) override {
    require(known_.erase(subject) == 1, "an end of nobody");
  }
  void dropped(std::uint64_t) override {}

  std::size_t known() const { return known_.size(); }

 private:
  struct Known {
    const PolicyFacts* policy = nullptr;
    std::uint64_t last = 0;
  };
  static void states(const PolicyFacts& policy, const std::vector<std::uint32_t>& states) {
    require(states.size() == policy.automata, "not a state for each automaton");
    for (std::uint32_t a = 0; a < states.size(); ++a) {
      require(policy.has_state(a, states[a]), "no such state");
    }
  }
  std::map<Subject, Known> known_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ssh::ByteView input(data, size);
  Court court;
  std::uint64_t next = 1;
  Collector collector(court, next, "a source");
  bool wrong = false;
  while (input.size() >= 2) {
    const auto wanted = static_cast<std::size_t>(input[0] << 8 | input[1]);
    const auto length = std::min(input.size() - 2, wanted);
    const bool taken = collector.take(input.subspan(2, length)).has_value();
    require(!(wrong && taken && length > 0), "heard again after it was wrong");
    wrong = wrong || !taken;
    require(court.known() == collector.subjects(), "two lists differ");
    input = input.subspan(2 + length);
  }
  collector.end_all("over");
  require(court.known() == 0, "somebody is left");
  return 0;
}
