# spl_add_policy(): compile an SPL policy to a C++ monitor as part of a build.
#
#   spl_add_policy(<target> <policy.spl>
#                  [NAMESPACE <ns>] [STEM <stem>] [OPTIONS <option of splc cpp>...])
#
# Runs `splc cpp` at build time and lets <target> include <stem>.hpp and <stem>_source_map.hpp. The
# files are made again whenever the policy, a file it imports, or splc itself changes. <target> may
# exist already (the policy is added to it; a target takes several policies), else an INTERFACE
# library of that name is made. <stem> and <ns> default to the policy's file name; a relative
# policy is looked up in the current source directory.
#
# Works in this tree and from an installed package: find_package(Statecall). When cross compiling,
# set STATECALL_SPLC to a splc that runs on the build machine.

# Depfiles with paths that mean the same to every generator (CMP0116). The function keeps the
# policies that hold here.
cmake_policy(PUSH)
cmake_policy(VERSION 3.20)

function(spl_add_policy target policy)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "NAMESPACE;STEM" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "spl_add_policy(${target}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "spl_add_policy(${target}): no value for: ${arg_KEYWORDS_MISSING_VALUES}")
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
    message(FATAL_ERROR "spl_add_policy(${target}): splc not found; call find_package(Statecall)")
  endif()

  set(directory "${CMAKE_CURRENT_BINARY_DIR}/statecall/${target}")
  file(MAKE_DIRECTORY "${directory}")
  set(header "${directory}/${stem}.hpp")
  set(source_map "${directory}/${stem}_source_map.hpp")
  # Not every generator reads depfiles; those that do not still see the policy itself.
  set(depfile)
  if(CMAKE_GENERATOR MATCHES "Ninja|Makefiles")
    set(depfile DEPFILE "${directory}/${stem}.d")
  endif()
  add_custom_command(
    OUTPUT "${header}" "${source_map}"
    COMMAND "${splc}" cpp "${policy}" --out-dir "${directory}" --depfile "${directory}/${stem}.d"
            --namespace "${arg_NAMESPACE}" --stem "${stem}" ${arg_OPTIONS}
    # splc leaves files alone that would not change; a build tool wants them newer than the policy.
    COMMAND "${CMAKE_COMMAND}" -E touch "${header}" "${source_map}"
    DEPENDS "${policy}" ${splc_dependency}
    ${depfile}
    COMMENT "Compiling policy ${stem}.spl"
    VERBATIM)

  # A target of its own, so that <target> may live in another directory than this call.
  add_custom_target(${target}_${stem}_policy DEPENDS "${header}" "${source_map}")
  set(scope PUBLIC)
  if(NOT TARGET ${target})
    add_library(${target} INTERFACE)
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  elseif(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  endif()
  add_dependencies(${target} ${target}_${stem}_policy)
  target_include_directories(${target} ${scope} "$<BUILD_INTERFACE:${directory}>")
  target_link_libraries(${target} ${scope} Statecall::rt)
endfunction()

cmake_policy(POP)
