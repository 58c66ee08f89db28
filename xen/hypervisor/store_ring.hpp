// The ring to xenstored; nullptr and Port::none without Xen.
#pragma once

#include "xenrt/events.hpp"

struct xenstore_domain_interface;

namespace xenrt {

[[nodiscard]] xenstore_domain_interface* store_ring();
[[nodiscard]] Port store_port();

}  // namespace xenrt
