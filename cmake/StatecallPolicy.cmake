# spl_add_policy(): compile an SPL policy to a C++ or C monitor as part of a build.
#
#   spl_add_policy(<target> <policy.spl> [LANG C|CXX] [NO_SOURCE_MAP]
#                  [NAMESPACE <ns>] [STEM <stem>] [OPTIONS <option of splc cpp>...])
#
# Runs `splc cpp` at build time and lets <target> include <stem>.hpp and <stem>_source_map.hpp. The
# files are made again whenever the policy, a file it imports, or splc itself changes. <target> may
# exist already (the policy is added to it; a target takes several policies), else an INTERFACE
# library of that name is made. <stem> and <ns> default to the policy's file name; a relative
# policy is looked up in the current source directory.
#
# With LANG C, <target> may include <stem>.h, and <stem>.c and <stem>_source_map.c become sources of
# it; all their names begin with <ns>_. NO_SOURCE_MAP leaves the second one out of the program, for
# one that never explains. If there is no such target, a static library is made. The project needs
# the language C.
#
# Works in this tree and from an installed package: find_package(Statecall). When cross compiling,
# set STATECALL_SPLC to a splc that runs on the build machine.

# Depfiles with paths that mean the same to every generator (CMP0116). The function keeps the
# policies that hold here.
cmake_policy(PUSH)
cmake_policy(VERSION 3.20)

function(spl_add_policy target policy)
  cmake_parse_arguments(PARSE_ARGV 2 arg "NO_SOURCE_MAP" "NAMESPACE;STEM;LANG" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "spl_add_policy(${target}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "spl_add_policy(${target}): no value for: ${arg_KEYWORDS_MISSING_VALUES}")
  endif()

  if(NOT arg_LANG)
    set(arg_LANG CXX)
  elseif(NOT arg_LANG MATCHES "^(C|CXX)$")
    message(FATAL_ERROR "spl_add_policy(${target}): LANG is C or CXX, not '${arg_LANG}'")
  endif()
  if(arg_NO_SOURCE_MAP AND NOT arg_LANG STREQUAL "C")
    message(FATAL_ERROR "spl_add_policy(${target}): NO_SOURCE_MAP is for LANG C; in C++, do not "
      "include the source map")
  endif()

  get_filename_component(policy "${policy}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_filename_component(stem "${policy}" NAME_WLE)
  string(REGEX REPLACE "[^A-Za-z0-9]+" "_" stem "${stem}")
  string(REGEX REPLACE "^_+|_+$" "" stem "${stem}")
  if(stem MATCHES "^([0-9]|$)")
    set(stem "policy${stem}")
  endif()
  if(arg_STEM)
    set(stem "${arg_STEM}")
  endif()
  if(NOT arg_NAMESPACE)
    set(arg_NAMESPACE "${stem}")
  endif()

  if(STATECALL_SPLC)
    set(splc "${STATECALL_SPLC}")
    set(splc_dependency "${STATECALL_SPLC}")
  elseif(TARGET splc)
    set(splc "$<TARGET_FILE:splc>")
    set(splc_dependency splc)
  elseif(TARGET Statecall::splc)
    set(splc "$<TARGET_FILE:Statecall::splc>")
    set(splc_dependency "$<TARGET_FILE:Statecall::splc>")
  else()
    message(FATAL_ERROR "spl_add_policy(${target}): there is no splc; find_package(Statecall COMPONENTS splc) "
                        "says why")
  endif()

  set(directory "${CMAKE_CURRENT_BINARY_DIR}/statecall/${target}")
  file(MAKE_DIRECTORY "${directory}")
  if(arg_LANG STREQUAL "C")
    set(outputs "${directory}/${stem}.h" "${directory}/${stem}.c"
      "${directory}/${stem}_source_map.c")
    list(PREPEND arg_OPTIONS --lang=c)
  else()
    set(outputs "${directory}/${stem}.hpp" "${directory}/${stem}_source_map.hpp")
  endif()
  # Not every generator reads depfiles; those that do not still see the policy itself.
  set(depfile)
  if(CMAKE_GENERATOR MATCHES "Ninja|Makefiles")
    set(depfile DEPFILE "${directory}/${stem}.d")
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND "${splc}" cpp "${policy}" --out-dir "${directory}" --depfile "${directory}/${stem}.d"
            --namespace "${arg_NAMESPACE}" --stem "${stem}" ${arg_OPTIONS}
    # splc leaves files alone that would not change; a build tool wants them newer than the policy.
    COMMAND "${CMAKE_COMMAND}" -E touch ${outputs}
    DEPENDS "${policy}" ${splc_dependency}
    ${depfile}
    COMMENT "Compiling policy ${stem}.spl"
    VERBATIM)

  # A target of its own, so that <target> may live in another directory than this call.
  add_custom_target(${target}_${stem}_policy DEPENDS ${outputs})
  set(scope PUBLIC)
  if(NOT TARGET ${target})
    if(arg_LANG STREQUAL "C")
      add_library(${target} STATIC)
    else()
      add_library(${target} INTERFACE)
    endif()
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  elseif(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  endif()
  add_dependencies(${target} ${target}_${stem}_policy)
  target_include_directories(${target} ${scope} "$<BUILD_INTERFACE:${directory}>")
  if(arg_LANG STREQUAL "C")
    set(sources ${outputs})
    if(arg_NO_SOURCE_MAP)
      list(REMOVE_AT sources 2)
    endif()
    if(scope STREQUAL "INTERFACE")
      target_sources(${target} INTERFACE ${sources})
    else()
      target_sources(${target} PRIVATE ${sources})
    endif()
  else()
    target_link_libraries(${target} ${scope} Statecall::rt)
  endif()
endfunction()

cmake_policy(POP)
