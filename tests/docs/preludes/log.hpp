#include <string>
#include <spl/rt/flight_recorder.hpp>
#include <spl/rt/observers.hpp>
#include "ping.hpp"
#include "ping_source_map.hpp"

void log(const std::string& text);
