// Pages lent to the backend, and those that it has not given back.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "xenrt/grants.hpp"

namespace xenrt::netfront {

struct LentPage {
  std::uint8_t* bytes = nullptr;
  GrantRef grant{};
};

class PagePool {
 public:
  /// At most so many pages are lent at a time, those included that were not given back.
  explicit PagePool(std::uint32_t most) : most_(most) {}
  /// What is still held stays lent for ever: it may be used for nothing else.
  ~PagePool() { (void)retry(); }
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  /// A page of zeros. Empty: the bound is reached, there is no memory, or no grant.
  [[nodiscard]] std::optional<LentPage> lend(DomainId to, Lend how);
  /// Ends the grant, and frees the page when the backend has let go of it: now, or in a later
  /// retry(). Until then nobody else gets it.
  void take_back(const LentPage& page);
  /// Tries again to free what is held; returns how much is left.
  std::uint32_t retry();

  [[nodiscard]] std::uint32_t held() const { return static_cast<std::uint32_t>(held_.size()); }
  [[nodiscard]] std::uint32_t lent() const { return lent_; }

 private:
  std::uint32_t most_;
  std::uint32_t lent_ = 0;  // with held_
  std::vector<LentPage> held_;
};

}  // namespace xenrt::netfront
