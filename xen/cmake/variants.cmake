# Libraries that are for a process as well as for the unikernel are made twice from one list:
#
#   foreach(guest IN LISTS XENRT_VARIANTS)
#     add_library(thing${guest} ...)
#     xenrt_variant_defaults(thing${guest})
#
# `thing` is compiled like the rest of this build, with its sanitizers; `thing_guest` as the platform
# wants it, optimised, and without: the unikernel has no runtime for them.
set(XENRT_VARIANTS "" _guest)

# xenrt_variant_defaults(target [NO_WARNINGS])
function(xenrt_variant_defaults target)
  if(NOT "NO_WARNINGS" IN_LIST ARGN)
    spl_target_warnings(${target})
  endif()
  if(target MATCHES "_guest$")
    target_compile_options(${target} PRIVATE -O2)
    target_link_libraries(${target} PRIVATE xenrt)
  else()
    spl_target_sanitizers(${target})
  endif()
endfunction()
