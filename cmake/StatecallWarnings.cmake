# spl_target_warnings(target)
function(spl_target_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 warns of libstdc++'s own string concatenation when it optimises.
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
endfunction()

# Programs with sanitizers are large, and there are sixty of them: ld takes three times as long as mold.
find_program(SPL_MOLD mold DOC "What links programs with sanitizers, if it is there")

# spl_target_sanitizers(target): if SPL_SANITIZE says so.
function(spl_target_sanitizers target)
  if(SPL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
    if(SPL_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_link_options(${target} PUBLIC -fuse-ld=mold)
    endif()
  endif()
endfunction()

# spl_target_defaults(target): what every target of ours is compiled with.
function(spl_target_defaults target)
  spl_target_warnings(${target})
  spl_target_sanitizers(${target})
endfunction()
