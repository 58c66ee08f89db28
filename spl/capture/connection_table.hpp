// All connections of a capture that are not over: which segment belongs to which, and when one of
// them is no longer worth its memory.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>

#include "capture/connection.hpp"

namespace spl::capture {

/// Why a connection left the table.
enum class Leaves : std::uint8_t {
  over,      // it was closed, and long enough ago; or its ports were used again
  given_up,  // there were too many, and this one was the longest silent
  capture_ends,
};

class ConnectionTable {
 public:
  using Sink = std::function<void(const Connection&, Leaves)>;

  /// Holds at most `most` connections (at least 1). `sink` gets each one, once.
  ConnectionTable(ConnectionJudge& judge, std::size_t most, Sink sink);

  void add(const Segment& segment, const Place& place);
  /// The capture ends: what is left goes to the sink, in the order in which it began.
  void finish();
  /// How many were ever held at once.
  [[nodiscard]] std::size_t most_held() const { return most_held_; }

 private:
  struct Key {
    Endpoint low;
    Endpoint high;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  using Connections = std::list<Connection>;
  using Index = std::unordered_map<Key, Connections::iterator, Hash>;

  [[nodiscard]] static Key key_of(const Endpoint& a, const Endpoint& b);
  using EarlierSyns = std::array<std::optional<std::uint32_t>, 2>;
  void begin(const Key& key, const Segment& segment, const Place& place,
             const EarlierSyns& earlier);
  void drop(Connections& from, Leaves why);
  void forget_old(std::uint64_t now);

  ConnectionJudge& judge_;
  std::size_t most_;
  Sink sink_;
  std::uint64_t begun_ = 0;
  std::size_t most_held_ = 0;
  // Longest silent first.
  Connections open_;
  Connections closed_;
  Index index_;
};

}  // namespace spl::capture
