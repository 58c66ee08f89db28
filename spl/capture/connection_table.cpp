// Two lists, each in the order of the last segment: connections that are open, and those that are
// closed but may still get late segments. Every connection is in one of them, and in the index.
#include "capture/connection_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace spl::capture {
namespace {

/// After that a closed connection gets no late segments any more: twice the maximum segment
/// lifetime (RFC 9293, section 3.4.2).
constexpr std::uint64_t kLinger = 240'000'000'000U;

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15U) * (b ^ 0xe7037ed1a0b428dbU);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t mix(std::uint64_t seed, const Endpoint& e) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, e.address.data(), 8);
  std::memcpy(&low, e.address.data() + 8, 8);
  return mix(mix(seed ^ high, low), e.port);
}

}  // namespace

std::size_t ConnectionTable::Hash::operator()(const Key& key) const {
  return static_cast<std::size_t>(mix(mix(0, key.low), key.high));
}

ConnectionTable::ConnectionTable(ConnectionJudge& judge, std::size_t most, Sink sink)
    : judge_(judge), most_(std::max<std::size_t>(most, 1)), sink_(std::move(sink)) {}

ConnectionTable::Key ConnectionTable::key_of(const Endpoint& a, const Endpoint& b) {
  return a < b ? Key{a, b} : Key{b, a};
}

void ConnectionTable::add(const Segment& segment, const Place& place) {
  forget_old(place.nanoseconds);
  const auto key = key_of(segment.from, segment.to);
  const auto found = index_.find(key);
  if (found == index_.end()) {
    begin(key, segment, place, {});
    return;
  }
  const auto at = found->second;
  const bool was_closed = at->closed();
  auto& list = was_closed ? closed_ : open_;
  const std::size_t from = segment.from == at->ends[0] ? 0 : 1;
  if (segment.syn && !segment.rst && at->replaced_by(segment, from, place.nanoseconds)) {
    EarlierSyns earlier;
    for (const std::size_t end : {from, 1 - from}) {
      if (at->flows[end].syn) earlier[end == from ? 0 : 1] = at->flows[end].first;
    }
    list.splice(list.begin(), list, at);
    drop(list, Leaves::over);
    begin(key, segment, place, earlier);
    return;
  }
  judge_.segment(*at, from, segment, place);
  auto& now = at->closed() ? closed_ : open_;
  now.splice(now.end(), list, at);
}

void ConnectionTable::begin(const Key& key, const Segment& segment, const Place& place,
                            const EarlierSyns& earlier) {
  if (index_.size() >= most_) {
    if (closed_.empty()) {
      drop(open_, Leaves::given_up);
    } else {
      drop(closed_, Leaves::over);
    }
  }
  Connection connection;
  connection.number = ++begun_;
  connection.earlier_syns = earlier;
  judge_.begin(connection, segment, place);
  auto& list = connection.closed() ? closed_ : open_;
  list.push_back(std::move(connection));
  index_.emplace(key, std::prev(list.end()));
  most_held_ = std::max(most_held_, index_.size());
}

/// The first of a list.
void ConnectionTable::drop(Connections& from, Leaves why) {
  const auto& connection = from.front();
  sink_(connection, why);
  index_.erase(key_of(connection.ends[0], connection.ends[1]));
  from.pop_front();
}

void ConnectionTable::forget_old(std::uint64_t now) {
  while (!closed_.empty() && closed_.front().last.nanoseconds < now &&
         now - closed_.front().last.nanoseconds > kLinger) {
    drop(closed_, Leaves::over);
  }
}

void ConnectionTable::finish() {
  open_.splice(open_.end(), closed_);
  open_.sort([](const Connection& a, const Connection& b) { return a.number < b.number; });
  for (const auto& connection : open_) sink_(connection, Leaves::capture_ends);
  open_.clear();
  index_.clear();
}

}  // namespace spl::capture
