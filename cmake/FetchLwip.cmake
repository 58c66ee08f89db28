# fetch_lwip(<variable>): the source of lwIP 2.1.3 in the build tree, as Debian has it, unmodified.
#
# Nothing third-party is kept in this repository. The file comes from the mirror that apt is
# configured for and is the one with the checksum below, or none. Needs apt and a network the first
# time; a directory given as -DSPL_LWIP_SOURCE=... is used as it is.
function(fetch_lwip variable)
  set(SPL_LWIP_SOURCE "" CACHE PATH "lwIP 2.1.3's source; empty: it is fetched")
  if(SPL_LWIP_SOURCE)
    set(${variable} "${SPL_LWIP_SOURCE}" PARENT_SCOPE)
    return()
  endif()
  set(file lwip_2.1.3+dfsg1.orig.tar.xz)
  set(hash 0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24)
  set(directory "${PROJECT_BINARY_DIR}/third_party/lwip-2.1.3")
  if(NOT EXISTS "${directory}/src/core/tcp.c")
    message(STATUS "Fetching lwIP 2.1.3")
    execute_process(
      COMMAND "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/fetch_debian_source.sh" liblwip-dev ${file} ${hash}
              "${PROJECT_BINARY_DIR}/third_party"
      RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "lwIP could not be fetched (see above). -DSPL_BUILD_XEN=OFF builds without "
        "it; -DSPL_LWIP_SOURCE=DIR takes it from elsewhere.")
    endif()
  endif()
  set(${variable} "${directory}" PARENT_SCOPE)
endfunction()
