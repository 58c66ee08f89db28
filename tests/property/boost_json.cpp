// Boost.JSON, compiled here once: an independent reader of what spl/json.hpp writes.
#include <boost/json/src.hpp>
