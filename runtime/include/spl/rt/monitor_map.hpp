// Monitors by key, for hosts that cannot keep a monitor in a connection object of their own.
//
//   spl::rt::MonitorMap<std::uint64_t, ssh::Monitor> monitors(100'000);
//   if (monitors.create(connection) != MapResult::ok) ...     // full: say so, take no connection
//   if (is_refusal(monitors.tick(connection, statecall))) ...
//   monitors.erase(connection);
//
// Hosted. Any thread may call any member at any time: the map is split into shards, each behind a
// mutex, and all calls for one key are in one order. Never holds more than its capacity, never
// drops an entry on its own: a full map says so, and idle entries go only when evict_idle() is
// called, which hands over each one. Allocates when a shard grows, never in tick().
//
// Keys often come from the network. They are hashed with a secret seed (SipHash), so that nobody
// outside can choose keys that meet.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include "spl/rt/key_hash.hpp"
#include "spl/rt/monitor.hpp"

namespace spl::rt {

enum class MapResult : std::uint8_t {
  ok,
  exists,         // create: the key is there already; its monitor is as it was
  absent,         // tick, with, erase: the key is not there; nothing was made
  full,           // create: as many entries as the capacity; nothing was made
  out_of_memory,  // create: a shard could not grow; nothing was made, nothing was lost
};

[[nodiscard]] constexpr std::string_view to_string(MapResult result) noexcept {
  switch (result) {
    case MapResult::ok:
      return detail::text("ok");
    case MapResult::exists:
      return detail::text("exists already");
    case MapResult::absent:
      return detail::text("not there");
    case MapResult::full:
      return detail::text("full");
    case MapResult::out_of_memory:
      break;
  }
  return detail::text("out of memory");
}

/// What a tick of the map answers: the monitor's verdict, if there was a monitor.
struct MapTick {
  MapResult result = MapResult::absent;
  Verdict verdict = Verdict::unknown;
};

/// True for what a host must not let pass: a refusal, and a statecall of nobody.
[[nodiscard]] constexpr bool is_refusal(const MapTick& tick) noexcept {
  return tick.result != MapResult::ok || is_refusal(tick.verdict);
}

namespace detail {

/// Open addressing, linear probing, no tombstones. One mutex; all members want it held but
/// `mutex` itself.
template <class Key, class Monitor, class Equal>
class MapShard {
 public:
  struct Slot {
    Key key{};
    Monitor monitor{};
    std::uint32_t used_at = 0;  // epoch
    bool taken = false;
  };

  std::mutex mutex;

  [[nodiscard]] Slot* find(const Key& key, std::uint64_t hash) noexcept {
    if (slots_ == nullptr) return nullptr;
    for (auto i = hash & mask_;; i = (i + 1) & mask_) {
      auto& slot = slots_[i];
      if (!slot.taken) return nullptr;
      if (Equal()(slot.key, key)) return &slot;
    }
  }

  /// Room for one more; false if there is no memory, and then all is as before. `rehash(key)` gives
  /// a key's hash.
  template <class Rehash>
  [[nodiscard]] bool make_room(const Rehash& rehash) noexcept {
    const std::size_t slots = slots_ == nullptr ? 0 : mask_ + 1;
    if ((count_ + 1) * 4 <= slots * 3) return true;
    const std::size_t wanted = slots == 0 ? kFirst : slots * 2;
    std::unique_ptr<Slot[]> grown(new (std::nothrow) Slot[wanted]);
    if (grown == nullptr) return false;
    for (std::size_t i = 0; i < slots; ++i) {
      if (!slots_[i].taken) continue;
      auto at = rehash(slots_[i].key) & (wanted - 1);
      while (grown[at].taken) at = (at + 1) & (wanted - 1);
      grown[at] = std::move(slots_[i]);
    }
    slots_ = std::move(grown);
    mask_ = wanted - 1;
    return true;
  }

  /// After find() found nothing and make_room() some.
  void insert(const Key& key, std::uint64_t hash, const Monitor& monitor, std::uint32_t epoch) {
    auto i = hash & mask_;
    while (slots_[i].taken) i = (i + 1) & mask_;
    slots_[i] = Slot{key, monitor, epoch, true};
    ++count_;
  }

  /// Closes the gap, so that probing never has to step over one.
  template <class Rehash>
  void erase(Slot* slot, const Rehash& rehash) noexcept {
    auto gap = static_cast<std::size_t>(slot - slots_.get());
    for (auto i = gap;;) {
      i = (i + 1) & mask_;
      if (!slots_[i].taken) break;
      const auto home = rehash(slots_[i].key) & mask_;
      // It may move into the gap unless its home lies behind the gap.
      if (((i - home) & mask_) < ((i - gap) & mask_)) continue;
      slots_[gap] = std::move(slots_[i]);
      gap = i;
    }
    slots_[gap] = Slot{};
    --count_;
  }

  [[nodiscard]] std::size_t slots() const noexcept { return slots_ == nullptr ? 0 : mask_ + 1; }
  [[nodiscard]] Slot& operator[](std::size_t i) noexcept { return slots_[i]; }

 private:
  static constexpr std::size_t kFirst = 8;

  std::unique_ptr<Slot[]> slots_;
  std::size_t mask_ = 0;
  std::size_t count_ = 0;
};

}  // namespace detail

/// Hash: constructible from a HashSeed, `std::uint64_t operator()(const Key&) const noexcept`. Keys
/// and monitors are default constructible and move without throwing. An observer's callbacks run
/// with the shard locked, and so do the functions given to with(), for_each() and evict_idle():
/// they must not call the map.
template <class Key, class Monitor, class Hash = KeyHash<Key>, class Equal = std::equal_to<Key>>
class MonitorMap {
  static_assert(std::is_nothrow_move_assignable_v<Key> &&
                    std::is_nothrow_move_assignable_v<Monitor>,
                "a map that grows must not lose an entry to an exception");

 public:
  using Statecall = typename Monitor::Statecall;
  static constexpr std::size_t kDefaultShards = 16;
  /// Of each slot. There are 4/3 to 8/3 as many slots as entries, counted by shard.
  static constexpr std::size_t kSlotBytes =
      sizeof(typename detail::MapShard<Key, Monitor, Equal>::Slot);

  /// At most `capacity` entries. `shards` is rounded up to a power of two; about twice the number
  /// of threads is enough. Throws std::bad_alloc.
  explicit MonitorMap(std::size_t capacity, std::size_t shards = kDefaultShards,
                      HashSeed seed = HashSeed::random())
      : capacity_(capacity), hash_(seed) {
    std::size_t count = 1;
    while (count < shards && count < kMostShards) count *= 2;
    shards_ = std::make_unique<Shard[]>(count);
    shard_mask_ = count - 1;
  }
  MonitorMap(const MonitorMap&) = delete;
  MonitorMap& operator=(const MonitorMap&) = delete;

  /// Makes a monitor (a copy of `monitor`) for a new key: ok, exists, full or out_of_memory.
  [[nodiscard]] MapResult create(const Key& key, const Monitor& monitor = Monitor()) {
    const auto hash = hash_(key);
    auto& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    return create_locked(shard, key, hash, monitor);
  }

  /// Ticks the monitor of a key. An absent key is refused, and makes nothing.
  [[nodiscard]] MapTick tick(const Key& key, Statecall statecall) {
    const auto hash = hash_(key);
    auto& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    auto* slot = shard.find(key, hash);
    if (slot == nullptr) return {};
    slot->used_at = epoch_.load(std::memory_order_relaxed);
    return {MapResult::ok, slot->monitor.tick(statecall)};
  }

  /// The same, but a key that is absent begins with a copy of `monitor`; for protocols without a
  /// connection. The result is ok, full or out_of_memory, and refused unless ok.
  [[nodiscard]] MapTick tick_or_create(const Key& key, Statecall statecall,
                                       const Monitor& monitor = Monitor()) {
    const auto hash = hash_(key);
    auto& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    const auto created = create_locked(shard, key, hash, monitor);
    if (created != MapResult::ok && created != MapResult::exists) {
      return {created, Verdict::unknown};
    }
    auto* slot = shard.find(key, hash);
    slot->used_at = epoch_.load(std::memory_order_relaxed);
    return {MapResult::ok, slot->monitor.tick(statecall)};
  }

  /// Calls f(Monitor&) with the shard locked: to explain, to ask, to restore. ok or absent.
  template <class F>
  MapResult with(const Key& key, F&& f) {
    const auto hash = hash_(key);
    auto& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    auto* slot = shard.find(key, hash);
    if (slot == nullptr) return MapResult::absent;
    f(slot->monitor);
    return MapResult::ok;
  }

  /// ok or absent.
  MapResult erase(const Key& key) {
    const auto hash = hash_(key);
    auto& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    auto* slot = shard.find(key, hash);
    if (slot == nullptr) return MapResult::absent;
    shard.erase(slot, hash_);
    size_.fetch_sub(1, std::memory_order_relaxed);
    return MapResult::ok;
  }

  /// Entries. While other threads create and erase, a number that was right at some moment.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// Of all slots now, taken or not.
  [[nodiscard]] std::size_t memory_bytes() {
    std::size_t slots = 0;
    each_shard([&](Shard& shard) { slots += shard.slots(); });
    return slots * kSlotBytes + (shard_mask_ + 1) * sizeof(Shard);
  }

  /// Calls f(const Key&, Monitor&) for each entry, in no order, one shard locked at a time: an
  /// entry that is there all the while is seen once; others may be seen or not.
  template <class F>
  void for_each(F&& f) {
    each_shard([&](Shard& shard) {
      for (std::size_t i = 0; i < shard.slots(); ++i) {
        if (shard[i].taken) f(std::as_const(shard[i].key), shard[i].monitor);
      }
    });
  }

  /// Time, as far as this map knows it: a timer of the host calls this, say once a second. No clock
  /// is read in tick().
  void next_epoch() noexcept { epoch_.fetch_add(1, std::memory_order_relaxed); }

  /// Removes the entries that were not ticked in the last `epochs` epochs (1: none since the last
  /// call of next_epoch()), each after f(const Key&, const Monitor&). Returns how many. The only
  /// way an entry goes without erase().
  template <class F>
  std::size_t evict_idle(std::uint32_t epochs, F&& f) {
    const auto now = epoch_.load(std::memory_order_relaxed);
    std::size_t evicted = 0;
    each_shard([&](Shard& shard) {
      for (std::size_t i = 0; i < shard.slots();) {
        auto& slot = shard[i];
        if (!slot.taken || now - slot.used_at < epochs) {
          ++i;
          continue;
        }
        f(std::as_const(slot.key), std::as_const(slot.monitor));
        shard.erase(&slot, hash_);  // another entry may now be at i
        size_.fetch_sub(1, std::memory_order_relaxed);
        ++evicted;
      }
    });
    return evicted;
  }

 private:
  /// Apart from its neighbours, so that locking one does not slow the next.
  struct alignas(64) Shard : detail::MapShard<Key, Monitor, Equal> {};
  static constexpr std::size_t kMostShards = 4096;

  /// By bits of the hash that the slots do not use first.
  [[nodiscard]] Shard& shard_of(std::uint64_t hash) noexcept {
    return shards_[(hash >> 48U) & shard_mask_];
  }

  template <class F>
  void each_shard(const F& f) {
    for (std::size_t i = 0; i <= shard_mask_; ++i) {
      const std::lock_guard lock(shards_[i].mutex);
      f(shards_[i]);
    }
  }

  [[nodiscard]] MapResult create_locked(Shard& shard, const Key& key, std::uint64_t hash,
                                        const Monitor& monitor) {
    if (shard.find(key, hash) != nullptr) return MapResult::exists;
    if (!reserve()) return MapResult::full;
    if (!shard.make_room(hash_)) {
      size_.fetch_sub(1, std::memory_order_relaxed);
      return MapResult::out_of_memory;
    }
    shard.insert(key, hash, monitor, epoch_.load(std::memory_order_relaxed));
    return MapResult::ok;
  }

  /// Counts one entry more, if there may be one.
  [[nodiscard]] bool reserve() noexcept {
    auto size = size_.load(std::memory_order_relaxed);
    while (size < capacity_) {
      if (size_.compare_exchange_weak(size, size + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  std::size_t capacity_;
  Hash hash_;
  std::unique_ptr<Shard[]> shards_;
  std::size_t shard_mask_ = 0;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::uint32_t> epoch_{0};
};

}  // namespace spl::rt
