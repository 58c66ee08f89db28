// See collector.hpp.
//
// Invariant: whatever reaches the audience has numbers that exist in the policy that the subject
// began with, and steps have rising numbers.
#include "debugger/collector.hpp"

#include <algorithm>

namespace ssh::debugger {
namespace {

/// Readers are JavaScript: whole numbers up to 2^53.
constexpr std::uint64_t kLargestNumber = 1ULL << 53U;
/// Until the year 9999.
constexpr std::int64_t kLatest = 253'402'300'799'000'000;

}  // namespace

Result<void> Collector::take(ByteView datagram) {
  auto read = read_records(datagram, [this](Record&& record) {
    if (!wrong_) {
      std::visit([this](auto& each) { on(each); }, record);
    }
  });
  if (!wrong_ && !read) {
    wrong_ = read.error();
  }
  if (wrong_) {
    return tl::unexpected<Error>(*wrong_);
  }
  return {};
}

void Collector::fail(std::string why) {
  wrong_ = Error{std::move(why)};
}

bool Collector::fits(const PolicyFacts& policy, const std::vector<std::uint32_t>& states) {
  bool fit = states.size() == policy.automata;
  for (std::uint32_t a = 0; fit && a < states.size(); ++a) {
    fit = policy.has_state(a, states[a]);
  }
  if (!fit) {
    fail("a state that the policy does not have");
  }
  return fit;
}

void Collector::on(record::Begin& begin) {
  if (begin.seen >= kLargestNumber) {
    fail("a number that is too large");
  }
  if (wrong_ || !fits(facts(begin.policy), begin.states)) {
    return;
  }
  auto known = subjects_.find(begin.key);
  if (known == subjects_.end()) {
    if (subjects_.size() >= kMostSubjects) {
      overflown_ = true;
      return;
    }
    known = subjects_.try_emplace(begin.key).first;
    known->second.subject = next_subject_++;
  }
  known->second.policy = begin.policy;
  known->second.last = begin.seen;
  known->second.doubtful = false;
  std::optional<Audience::Subject> parent;
  if (begin.key.life != 0) {
    if (const auto connection = subjects_.find({begin.key.connection, 0});
        connection != subjects_.end()) {
      parent = connection->second.subject;
    }
  }
  if (begin.title.empty()) {
    begin.title = name_;
  }
  audience_.begin(known->second.subject, parent, begin);
}

void Collector::on(record::Step& step) {
  const auto known = subjects_.find(step.key);
  if (known == subjects_.end()) {
    if (overflown_) {
      audience_.dropped(1);
    }
    return;
  }
  const PolicyFacts& policy = facts(known->second.policy);
  if (step.statecall >= policy.statecalls) {
    fail("a statecall that the policy does not have");
  } else if (step.number <= known->second.last || step.number >= kLargestNumber) {
    fail("a step out of order");
  } else if (step.time_us < 0 || step.time_us > kLatest) {
    fail("a time that is none");
  }
  if (wrong_ || !fits(policy, step.states)) {
    return;
  }
  known->second.last = step.number;
  audience_.step(known->second.subject, step);
}

void Collector::on(record::Refused& refused) {
  const auto known = subjects_.find(refused.key);
  if (known == subjects_.end()) {
    return;
  }
  const PolicyFacts& policy = facts(known->second.policy);
  const auto below = [](const std::vector<std::uint32_t>& numbers, std::uint32_t count) {
    return std::all_of(numbers.begin(), numbers.end(), [&](auto n) { return n < count; });
  };
  if (!below(refused.automata, policy.automata) || !below(refused.expected, policy.statecalls) ||
      refused.number >= kLargestNumber) {
    fail("a refusal of what the policy does not have");
    return;
  }
  audience_.refused(known->second.subject, policy, refused);
}

void Collector::on(record::End& end) {
  auto from = subjects_.find(end.key);
  if (from == subjects_.end()) {
    return;
  }
  auto to = std::next(from);
  if (end.key.life == 0) {
    to = std::find_if(to, subjects_.end(), [&](const auto& known) {
      return known.first.connection != end.key.connection;
    });
  }
  for (auto each = from; each != to; ++each) {
    audience_.end(each->second.subject, end.reason);
  }
  subjects_.erase(from, to);
}

void Collector::on(record::Lost& lost) {
  audience_.dropped(std::min(lost.steps, kLargestNumber));
}

void Collector::on(record::Again&) {
  for (auto& [key, known] : subjects_) {
    known.doubtful = true;
  }
  overflown_ = false;
}

void Collector::on(record::Told&) {
  for (auto each = subjects_.begin(); each != subjects_.end();) {
    if (each->second.doubtful) {
      audience_.end(each->second.subject, "it has ended while there was no room to tell so");
      each = subjects_.erase(each);
    } else {
      ++each;
    }
  }
}

void Collector::end_all(const std::string& reason) {
  for (const auto& [key, known] : subjects_) {
    audience_.end(known.subject, reason);
  }
  subjects_.clear();
}

}  // namespace ssh::debugger
