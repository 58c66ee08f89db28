#include <syslog.h>
#include "ping.h"

struct connection {
  ping_monitor monitor;
};
