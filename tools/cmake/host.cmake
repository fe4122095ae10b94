# The pure folders on the developer's machine: the partition checker, GoogleTest under ASan and UBSan, fuzzers,
# benchmarks.

option(HV_TESTS "Unit tests, fuzzers and benchmarks, which need GoogleTest and libfdt" ON)

add_library(hv_host INTERFACE)
target_include_directories(hv_host INTERFACE
  ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/tests/host/seam ${CMAKE_SOURCE_DIR}/tests/host)
if(CMAKE_BUILD_TYPE STREQUAL Debug)
  target_compile_definitions(hv_host INTERFACE HV_DEBUG=1)
  set(hv_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_compile_options(hv_host INTERFACE -g ${hv_sanitizers} -fno-omit-frame-pointer)
  target_link_options(hv_host INTERFACE ${hv_sanitizers})
  # Not for the unit tests: optimising them takes half of the time to compile them.
  set(hv_host_optimized -O1)
else()
  target_compile_definitions(hv_host INTERFACE HV_DEBUG=0)
  target_compile_options(hv_host INTERFACE -O2 -g)
endif()

file(GLOB hv_host_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/host/*.cpp)
add_library(pure STATIC ${HV_PURE_SOURCES} ${hv_host_sources})
target_link_libraries(pure PUBLIC hv_host PRIVATE hv_warnings)
target_compile_options(pure PRIVATE ${hv_host_optimized})
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_BUILD_TYPE STREQUAL Debug)
  # The fuzzers follow what these sources do, and not only what their own do.
  target_compile_options(pure PRIVATE -fsanitize=fuzzer-no-link)
endif()

# bulkhead-check: what tools/bulkhead-check runs.
add_executable(bulkhead-check ${CMAKE_SOURCE_DIR}/tools/bulkhead_check.cpp
  ${CMAKE_SOURCE_DIR}/tools/bulkhead_machine.cpp)
target_link_libraries(bulkhead-check PRIVATE pure hv_warnings)

if(NOT HV_TESTS)
  return()
endif()
find_package(GTest REQUIRED)
find_package(benchmark QUIET)

# unit-tests: one binary, whose sources mirror the pure folders.
set(hv_unit_sources "")
foreach(folder IN LISTS HV_PURE_FOLDERS)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${folder}/*.cpp)
  list(APPEND hv_unit_sources ${sources})
endforeach()
add_executable(unit-tests ${hv_unit_sources})
find_library(HV_LIBFDT fdt REQUIRED)
target_link_libraries(unit-tests PRIVATE pure hv_warnings GTest::gmock GTest::gtest_main ${HV_LIBFDT})
# Half of the compile time of a test is GoogleTest's own headers.
target_precompile_headers(unit-tests PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
# But for these few, which compute for long. The headers were not compiled as they are.
set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/unit/dev/plic_model_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/mm/guest_memory_test.cpp ${CMAKE_SOURCE_DIR}/tests/unit/mm/guest_translation_test.cpp
  ${CMAKE_SOURCE_DIR}/tests/unit/mm/page_table_test.cpp PROPERTIES
  COMPILE_OPTIONS "${hv_host_optimized}" SKIP_PRECOMPILE_HEADERS ON)

# fuzz-NAME: libFuzzer, so Clang only. tests/fuzz/NAME.cpp; its seeds are in tests/fuzz/corpus/NAME.
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_BUILD_TYPE STREQUAL Debug)
  file(GLOB hv_fuzzers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*.cpp)
  foreach(source IN LISTS hv_fuzzers)
    get_filename_component(name ${source} NAME_WE)
    add_executable(fuzz-${name} ${source})
    target_compile_options(fuzz-${name} PRIVATE ${hv_host_optimized} -fsanitize=fuzzer)
    target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz-${name} PRIVATE pure hv_warnings)
  endforeach()
endif()

# bench-NAME: Google Benchmark, without sanitizers. tests/bench/host/NAME.cpp.
if(benchmark_FOUND AND CMAKE_BUILD_TYPE STREQUAL Release)
  file(GLOB hv_benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/host/*.cpp)
  foreach(source IN LISTS hv_benches)
    get_filename_component(name ${source} NAME_WE)
    add_executable(bench-${name} ${source})
    target_link_libraries(bench-${name} PRIVATE pure hv_warnings benchmark::benchmark_main)
  endforeach()
endif()
