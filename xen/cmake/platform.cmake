# The unikernel's platform, and xenrt_add_unikernel(target sources...), which links a program with it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_path(XENRT_XEN_HEADERS xen/xen.h)
if(NOT XENRT_XEN_HEADERS)
  message(FATAL_ERROR "xen/: libxen-dev is missing; scripts/install-deps.sh build installs it")
endif()
if(NOT CMAKE_OBJCOPY OR NOT CMAKE_NM OR NOT CMAKE_LINKER)
  message(FATAL_ERROR "xen/: binutils are missing")
endif()
set(XENRT_DIR ${CMAKE_CURRENT_SOURCE_DIR} CACHE INTERNAL "")
set(XENRT_PLATFORM ${CMAKE_CURRENT_BINARY_DIR}/platform.o CACHE INTERNAL "")

# All that runs below the C library: no vector registers, no thread-local storage (the stack
# protector's canary is there), nothing that unwinds. Frame pointers are for backtraces.
add_library(xenrt_platform_objects OBJECT
  boot/entry.S boot/start.cpp boot/command_line.cpp boot/descriptors.cpp boot/image.cpp boot/paging.cpp
  boot/traps.cpp boot/backtrace.cpp boot/symbols.cpp boot/string.cpp
  memory/page_allocator.cpp memory/page_tables.cpp memory/page_tables_pool.cpp memory/address_space.cpp
  memory/memory_map.cpp
  hypervisor/log.cpp hypervisor/power.cpp hypervisor/xen.cpp hypervisor/console.cpp hypervisor/clock.cpp
  hypervisor/events.cpp hypervisor/grants.cpp hypervisor/entropy.cpp hypervisor/suspend.cpp
  linux-abi/entry.cpp linux-abi/system_calls.cpp linux-abi/system_calls_memory.cpp)
target_include_directories(xenrt_platform_objects PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} include)
target_compile_options(xenrt_platform_objects PRIVATE
  -O2 -g -fno-pic -fno-pie -mno-red-zone -fcf-protection=none -ffunction-sections -fdata-sections
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast
    "SHELL:-include stdint.h" -mgeneral-regs-only -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-exceptions -fno-rtti -fno-threadsafe-statics
    -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -fno-optimize-sibling-calls>)
# Xen's headers say which version of the interface is meant, and their macros are C.
set(XENRT_XEN_DEFINITIONS __XEN_INTERFACE_VERSION__=0x00040e00)
target_compile_definitions(xenrt_platform_objects PRIVATE ${XENRT_XEN_DEFINITIONS})
set_source_files_properties(hypervisor/events.cpp hypervisor/xen.cpp PROPERTIES
  COMPILE_OPTIONS "-Wno-old-style-cast;-Wno-conversion")

# One object, whose own memcpy and memset nobody else sees.
add_custom_command(OUTPUT ${XENRT_PLATFORM}
  COMMAND ${CMAKE_LINKER} -r -o ${XENRT_PLATFORM}.parts $<TARGET_OBJECTS:xenrt_platform_objects>
  COMMAND ${CMAKE_OBJCOPY} --redefine-sym memcpy=xenrt_memcpy --redefine-sym memset=xenrt_memset
    --redefine-sym __cxa_pure_virtual=xenrt_pure_virtual
    --localize-symbol=xenrt_memcpy --localize-symbol=xenrt_memset --localize-symbol=xenrt_pure_virtual
    ${XENRT_PLATFORM}.parts ${XENRT_PLATFORM}
  COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DOBJECT=${XENRT_PLATFORM}
    -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/check_platform.cmake
  DEPENDS xenrt_platform_objects $<TARGET_OBJECTS:xenrt_platform_objects> cmake/check_platform.cmake
  COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(xenrt_platform DEPENDS ${XENRT_PLATFORM})

set(XENRT_EMPTY_SYMBOLS ${CMAKE_CURRENT_BINARY_DIR}/no_symbols.S CACHE INTERNAL "")
add_custom_command(OUTPUT ${XENRT_EMPTY_SYMBOLS}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/cmake/symbol_table.py ${XENRT_EMPTY_SYMBOLS}
  DEPENDS cmake/symbol_table.py VERBATIM)
add_library(xenrt_no_symbols OBJECT ${XENRT_EMPTY_SYMBOLS})
add_library(xenrt_absent OBJECT linux-abi/absent.c)
target_compile_options(xenrt_absent PRIVATE -O2 -fno-pic -fno-pie -fno-builtin)

# Above the C library: compiled like a program.
add_library(xenrt_services STATIC services/xenstore.cpp services/shutdown.cpp)
target_include_directories(xenrt_services PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} include)

# What every program is compiled and linked with.
add_library(xenrt INTERFACE)
target_include_directories(xenrt INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_compile_options(xenrt INTERFACE -fno-pic -fno-pie -ffunction-sections -fdata-sections
  -fstack-protector-strong -fno-omit-frame-pointer)
target_link_libraries(xenrt_services PRIVATE xenrt)

# A program for the unikernel: an ordinary main() and its sources; link libraries to target_objects.
# The file TARGET.elf is started by `xl create` (kernel = ...) and by `qemu-system-x86_64 -kernel`.
function(xenrt_add_unikernel target)
  add_library(${target}_objects OBJECT ${ARGN})
  target_link_libraries(${target}_objects PUBLIC xenrt)
  foreach(link first final)
    set(program ${target})
    if(link STREQUAL first)
      set(program ${target}_first)
    endif()
    add_executable(${program} $<TARGET_OBJECTS:xenrt_absent>)
    target_link_libraries(${program} PRIVATE ${target}_objects xenrt_services ${XENRT_PLATFORM})
    add_dependencies(${program} xenrt_platform)
    set_target_properties(${program} PROPERTIES LINK_DEPENDS ${XENRT_PLATFORM} SUFFIX .elf)
    target_link_options(${program} PRIVATE -static -no-pie -Wl,-Ttext-segment=0x200000 -Wl,--gc-sections
      -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,--build-id=none -Wl,--undefined=etext
      -Wl,-Map=$<TARGET_FILE:${program}>.map)
  endforeach()
  target_sources(${target}_first PRIVATE $<TARGET_OBJECTS:xenrt_no_symbols>)
  set(symbols ${CMAKE_CURRENT_BINARY_DIR}/${target}_symbols.S)
  set(tool ${XENRT_DIR}/cmake/symbol_table.py)
  add_custom_command(OUTPUT ${symbols}
    COMMAND ${Python3_EXECUTABLE} ${tool} --nm ${CMAKE_NM} $<TARGET_FILE:${target}_first> ${symbols}
    DEPENDS ${target}_first ${tool} VERBATIM)
  target_sources(${target} PRIVATE ${symbols})
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${Python3_EXECUTABLE} ${tool} --nm ${CMAKE_NM} --same $<TARGET_FILE:${target}_first>
      $<TARGET_FILE:${target}>
    COMMAND ${CMAKE_OBJCOPY} --strip-all $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.stripped
    VERBATIM)
endfunction()

xenrt_add_unikernel(xenrt_hello app/hello.cpp)
xenrt_add_unikernel(xenrt_idle app/idle.cpp)
