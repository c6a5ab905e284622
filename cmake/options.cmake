# cmake/options.cmake -- warnings and hardening, once, for every target of ours.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

set(CAIRN_SANITIZE "" CACHE STRING "sanitizers to build with, e.g. address,undefined")
option(CAIRN_FUZZ "build the fuzz targets with libFuzzer (clang)" OFF)

set(CMAKE_REQUIRED_QUIET ON) # sixty lines of "Performing Test" tell nobody anything
add_library(plain_options INTERFACE)   # for what is preloaded into the program of another build
add_library(project_options INTERFACE) # for everything else: these, and the sanitizers
target_link_libraries(project_options INTERFACE plain_options)

# Offers each flag to the compiler at hand; what it does not know is left out.
function(offer_flags)
  foreach(flag ${ARGN})
    string(MAKE_C_IDENTIFIER "HAVE${flag}" known)
    check_c_compiler_flag("${flag}" ${known})
    if(${known})
      target_compile_options(plain_options INTERFACE "${flag}")
    endif()
  endforeach()
endfunction()

function(offer_link_flags)
  foreach(flag ${ARGN})
    string(MAKE_C_IDENTIFIER "LINK${flag}" known)
    check_linker_flag(C "${flag}" ${known})
    if(${known})
      target_link_options(plain_options INTERFACE "${flag}")
    endif()
  endforeach()
endfunction()

offer_flags(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Walloca -Wundef
  -Wcast-qual -Wwrite-strings -Wpointer-arith -Wimplicit-fallthrough -Wswitch-enum
  -Wdouble-promotion -Wduplicated-cond -Wduplicated-branches -Wlogical-op
  -Wjump-misses-init -Wtrampolines)
offer_flags(-fstack-protector-strong -fstack-clash-protection -fcf-protection=full
  -fno-common -fvisibility=hidden -fno-strict-aliasing -fno-strict-overflow
  -fno-delete-null-pointer-checks -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr
  -fstrict-flex-arrays=3)
offer_link_flags(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code -Wl,--as-needed)

set(CAIRN_SANITIZED 0) # the same for C
if(CAIRN_SANITIZE)
  set(CAIRN_SANITIZED 1)
  target_compile_options(project_options INTERFACE
    -fsanitize=${CAIRN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(project_options INTERFACE -fsanitize=${CAIRN_SANITIZE})
else()
  target_compile_options(project_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()
if(CAIRN_FUZZ)
  target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# layer(NAME USES layers... LIBRARIES foreign... FILES sources...)
# A folder is a target; what it uses is its row of the table in docs/ARCHITECTURE.md.
function(layer name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES;FILES" ${ARGN})
  add_library(${name} STATIC ${arg_FILES})
  target_link_libraries(${name} PUBLIC ${arg_USES} PRIVATE project_options ${arg_LIBRARIES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
endfunction()

# program(NAME USES layers... LIBRARIES foreign... FILES sources...): the same, for an executable.
function(program name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES;FILES" ${ARGN})
  add_executable(${name} ${arg_FILES})
  target_link_libraries(${name} PRIVATE ${arg_USES} project_options ${arg_LIBRARIES})
endfunction()
