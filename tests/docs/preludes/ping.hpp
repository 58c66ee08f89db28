#include "ping.hpp"
