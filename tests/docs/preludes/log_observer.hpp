#include <spl/rt/flight_recorder.hpp>
#include <spl/rt/mode.hpp>
#include <spl/rt/observers.hpp>
#include "ping.hpp"

struct Log {};
