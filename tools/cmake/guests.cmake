# The test guests: one a file of tests/guests, as NAME.elf and NAME.bin. Not part of the default build: the target
# `guest-tests`.

set(hv_guest_support ${CMAKE_SOURCE_DIR}/tests/guests/support)
file(GLOB hv_guest_support_sources CONFIGURE_DEPENDS ${hv_guest_support}/*.cpp ${hv_guest_support}/*.S)
list(REMOVE_ITEM hv_guest_support_sources ${hv_guest_support}/name.cpp)
set(hv_guest_pure_sources ${HV_PURE_SOURCES})
list(FILTER hv_guest_pure_sources INCLUDE REGEX "/src/(lib|isa|fdt)/")
list(FILTER hv_guest_pure_sources EXCLUDE REGEX "/src/fdt/host_")
add_library(guest-support OBJECT EXCLUDE_FROM_ALL
  ${hv_guest_support_sources} ${CMAKE_SOURCE_DIR}/src/arch/runtime.cpp ${hv_guest_pure_sources})
target_link_libraries(guest-support PRIVATE hv_target hv_warnings)
# What looks at registers of F and V is assembly, and says so; code of C++ uses none.
set_source_files_properties(${hv_guest_support}/float.S PROPERTIES COMPILE_OPTIONS -march=rv64imafd)
set_source_files_properties(${hv_guest_support}/vector.S PROPERTIES COMPILE_OPTIONS -march=rv64imafdv)

# hv_add_test_guest(name target source...): a guest made with the support's objects, as NAME.elf and NAME.bin in the
# folder that is named like the target.
function(hv_add_test_guest name target)
  add_executable(guest-${name} EXCLUDE_FROM_ALL ${ARGN} ${hv_guest_support}/name.cpp
    $<TARGET_OBJECTS:guest-support>)
  target_link_libraries(guest-${name} PRIVATE hv_target hv_warnings)
  target_include_directories(guest-${name} PRIVATE ${hv_guest_support})
  target_compile_definitions(guest-${name} PRIVATE HV_SCENARIO="${name}")
  target_link_options(guest-${name} PRIVATE ${hv_link_flags} -T ${CMAKE_SOURCE_DIR}/src/guest/guest.ld)
  set_target_properties(guest-${name} PROPERTIES SUFFIX .elf OUTPUT_NAME ${name}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${target}
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/src/guest/guest.ld)
  add_custom_command(TARGET guest-${name} POST_BUILD VERBATIM
    BYPRODUCTS ${target}/${name}.bin
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:guest-${name}> $<TARGET_FILE_DIR:guest-${name}>/${name}.bin)
  add_dependencies(${target} guest-${name})
endfunction()

file(GLOB hv_guests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/guests/*.cpp)
add_custom_target(guest-tests)
foreach(source IN LISTS hv_guests)
  get_filename_component(name ${source} NAME_WE)
  hv_add_test_guest(${name} guest-tests ${source})
endforeach()

# The hostile ones and their neighbour: tests/guests/hostile, the target `hostile-guests`.
file(GLOB hv_hostile_guests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/guests/hostile/*.cpp)
file(GLOB hv_hostile_support CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/guests/hostile/support/*.cpp)
list(REMOVE_ITEM hv_hostile_support ${CMAKE_SOURCE_DIR}/tests/guests/hostile/support/neighbour.cpp)
add_library(hostile-support OBJECT EXCLUDE_FROM_ALL ${hv_hostile_support})
target_link_libraries(hostile-support PRIVATE hv_target hv_warnings)
target_include_directories(hostile-support PRIVATE ${hv_guest_support})
add_custom_target(hostile-guests)
hv_add_test_guest(neighbour hostile-guests ${CMAKE_SOURCE_DIR}/tests/guests/hostile/support/neighbour.cpp)
foreach(source IN LISTS hv_hostile_guests)
  get_filename_component(name ${source} NAME_WE)
  hv_add_test_guest(${name} hostile-guests ${source} $<TARGET_OBJECTS:hostile-support>)
  target_include_directories(guest-${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/guests/hostile/support)
endforeach()

# The guests of whole boots: tests/boot/guests, for tests/boot: the target `boot-guests`.
file(GLOB hv_boot_guests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/boot/guests/*.cpp)
add_custom_target(boot-guests)
foreach(source IN LISTS hv_boot_guests)
  get_filename_component(name ${source} NAME_WE)
  hv_add_test_guest(${name} boot-guests ${source})
endforeach()

# The guests that share memory with each other: tests/guests/shared, a program for all of them.
file(GLOB hv_shared_guests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/guests/shared/*.cpp)
foreach(source IN LISTS hv_shared_guests)
  get_filename_component(name ${source} NAME_WE)
  hv_add_test_guest(${name} guest-tests ${source})
endforeach()

# The guests that measure: tests/bench/guests, for tests/bench/run.py: the target `bench-guests`.
file(GLOB hv_bench_guests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/guests/*.cpp)
add_custom_target(bench-guests)
foreach(source IN LISTS hv_bench_guests)
  get_filename_component(name ${source} NAME_WE)
  hv_add_test_guest(${name} bench-guests ${source} ${CMAKE_SOURCE_DIR}/tests/bench/guests/operations.S)
endforeach()

# The random guest and its neighbour: tests/guests/random, the target `random-guests`.
set(hv_random ${CMAKE_SOURCE_DIR}/tests/guests/random)
add_custom_target(random-guests)
hv_add_test_guest(random random-guests ${hv_random}/random.cpp ${hv_random}/choice.cpp ${hv_random}/run.S)
hv_add_test_guest(beating random-guests ${hv_random}/beating.cpp)
