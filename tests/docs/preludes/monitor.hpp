#include <cstdio>
#include "ping.hpp"
#include "ping_source_map.hpp"

extern const ping::Monitor monitor;
extern const ping::Statecall statecall;
