# The kernel: everything but main.cpp in one library, so that the kernels under tests/target, which test
# themselves on the machine, are made of the same objects.

enable_language(ASM)

# --- how everything is compiled ---------------------------------------------------------------------------------

add_library(hv_target INTERFACE)
target_include_directories(hv_target INTERFACE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src/arch/seam)
# No F and no D: a guest's floating-point registers are then never touched.
set(hv_machine_flags -mabi=lp64 -mcmodel=medany -fno-pic -ffreestanding)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # The linker makes calls shorter. It uses no gp, which is the guest's in the trap path: hypervisor.ld defines none.
  list(APPEND hv_machine_flags -mrelax -march=rv64imac_zicsr_zifencei -mstrict-align -msmall-data-limit=0)
  # Strings start at any byte, where GCC would round each up to 8.
  list(APPEND hv_machine_flags -malign-data=natural)
else()
  list(APPEND hv_machine_flags -mno-relax)  # LLD 14 cannot
  # Clang 14 knows the CSR instructions without their later extension names, and rejects the longer string.
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 16)
    list(APPEND hv_machine_flags -march=rv64imac_zicsr_zifencei)
  else()
    list(APPEND hv_machine_flags -march=rv64imac)
  endif()
  file(GLOB hv_cxx_headers /usr/riscv64-linux-gnu/include/c++/*)
  list(SORT hv_cxx_headers COMPARE NATURAL ORDER DESCENDING)
  if(NOT hv_cxx_headers)
    message(FATAL_ERROR "Clang needs the freestanding C++ headers of the cross GCC, in "
      "/usr/riscv64-linux-gnu/include/c++: install Debian's g++-riscv64-linux-gnu")
  endif()
  list(GET hv_cxx_headers 0 hv_cxx_headers)
  # -D_GNU_SOURCE: g++ defines it by itself, and <string_view> does not compile without.
  target_compile_options(hv_target INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-nostdinc++ -D_GNU_SOURCE>
    "SHELL:$<$<COMPILE_LANGUAGE:CXX>:-isystem ${hv_cxx_headers}>"
    "SHELL:$<$<COMPILE_LANGUAGE:CXX>:-isystem ${hv_cxx_headers}/riscv64-linux-gnu>"
    "SHELL:$<$<COMPILE_LANGUAGE:CXX>:-isystem /usr/riscv64-linux-gnu/include>")
endif()
# <cstddef> and friends ask the C library for gnu/stubs-lp64.h, which Debian does not ship: ours is empty.
target_include_directories(hv_target SYSTEM INTERFACE ${CMAKE_SOURCE_DIR}/src/arch/libc)
# Panics name source files as they are named in the repository, wherever it was cloned to.
target_compile_options(hv_target INTERFACE ${hv_machine_flags} -g -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit
    -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-omit-frame-pointer -ffunction-sections -fdata-sections
    -fstack-protector-strong>)

# CMake's own defaults (-O3 -DNDEBUG, -g) are replaced: both build types are optimised, and Debug traps.
set(CMAKE_CXX_FLAGS_RELEASE "-O2" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_DEBUG "-Og" CACHE STRING "" FORCE)
if(CMAKE_BUILD_TYPE STREQUAL Debug)
  target_compile_definitions(hv_target INTERFACE HV_DEBUG=1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(hv_target INTERFACE
      $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=undefined -fsanitize-undefined-trap-on-error>)
  else()
    target_compile_options(hv_target INTERFACE
      $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=undefined -fsanitize-trap=undefined>)
  endif()
else()
  target_compile_definitions(hv_target INTERFACE HV_DEBUG=0)
endif()

# --- how everything is linked -----------------------------------------------------------------------------------

set(hv_link_flags -nostdlib -static -Wl,--gc-sections -Wl,--build-id=none
  -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND hv_link_flags -no-pie -mabi=lp64)
else()
  # The linker of the same version as the compiler.
  string(REGEX MATCH "^[0-9]+" hv_clang_major ${CMAKE_CXX_COMPILER_VERSION})
  find_program(HV_LLD NAMES ld.lld-${hv_clang_major} ld.lld REQUIRED)
  list(APPEND hv_link_flags --ld-path=${HV_LLD} -mno-relax)
endif()

if(HV_WERROR)
  list(APPEND hv_link_flags -Wl,--fatal-warnings)
endif()

# --- the kernel -------------------------------------------------------------------------------------------------

file(GLOB hv_metal_sources CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/src/arch/*.cpp ${CMAKE_SOURCE_DIR}/src/arch/*.S ${CMAKE_SOURCE_DIR}/src/plat/*.cpp)
# The flash stub is a program of its own: see flash.cmake.
list(FILTER hv_metal_sources EXCLUDE REGEX "/flash\\.S$")
add_library(kernel OBJECT ${HV_PURE_SOURCES} ${hv_metal_sources})
target_link_libraries(kernel PUBLIC hv_target PRIVATE hv_warnings)
# GCC's hypervisor is optimised as a whole, which makes it 8 % smaller. The kernels that test themselves, which are many,
# are linked from the same objects as they are.
set(hv_whole_program "")
if(CMAKE_BUILD_TYPE STREQUAL Release AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Not -flto=auto: its makefiles cannot have every path of a clone in them.
  set(hv_whole_program -flto)
  target_compile_options(kernel PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-flto -ffat-lto-objects>)
endif()
# A loop in memset must not become a call of memset.
set(hv_no_idioms -fno-lto -fno-builtin)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND hv_no_idioms -fno-tree-loop-distribute-patterns)
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/arch/runtime.cpp PROPERTIES COMPILE_OPTIONS "${hv_no_idioms}")
# The allocator's fast path: a frame pointer costs a leaf 5 instructions.
set(hv_no_frame_pointer -fomit-frame-pointer)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND hv_no_frame_pointer -momit-leaf-frame-pointer)
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/arch/operator_new.cpp ${CMAKE_SOURCE_DIR}/src/arch/heap.cpp
  PROPERTIES COMPILE_OPTIONS "${hv_no_frame_pointer}")

# The leaves of guest_trap.S use no register beyond those that it saves for them, and no stack; the same in Debug, where
# a call in place of inlined code could use others.
set(hv_leaf -fno-lto -O2 -fomit-frame-pointer -fno-stack-protector -fno-jump-tables -fno-sanitize=all)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND hv_leaf -fno-tree-switch-conversion -ffixed-t2 -ffixed-t3 -ffixed-t4 -ffixed-t5 -ffixed-t6)
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/arch/guest_call.cpp ${CMAKE_SOURCE_DIR}/src/arch/guest_access.cpp
  PROPERTIES COMPILE_OPTIONS "${hv_leaf}")

# What runs once, at boot, or only prints, is compiled for size where that makes it smaller: templates do not get
# smaller. GCC's -Os would call libgcc to save registers.
if(CMAKE_BUILD_TYPE STREQUAL Release)
  set(hv_small -Os -fno-jump-tables)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    list(APPEND hv_small -mno-save-restore)
  endif()
  set(hv_small_without_inlining ${hv_small})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # What is no longer than a call of it, such as a string_view of a literal, whose strlen is then known.
    list(APPEND hv_small --param=max-inline-insns-size=5)
  endif()
  file(GLOB hv_small_sources ${CMAKE_SOURCE_DIR}/src/fdt/*.cpp ${CMAKE_SOURCE_DIR}/src/lib/format*.cpp
    ${CMAKE_SOURCE_DIR}/src/vm/description*.cpp ${CMAKE_SOURCE_DIR}/src/vm/placement*.cpp
    ${CMAKE_SOURCE_DIR}/src/vm/host_device*.cpp
    ${CMAKE_SOURCE_DIR}/src/mm/audit*.cpp)
  # For its stores of single bytes GCC's -Os makes calls of memcpy.
  list(FILTER hv_small_sources EXCLUDE REGEX "/fdt/writer\\.cpp$")
  foreach(name IN ITEMS arch/console arch/guest_console arch/guest_digest arch/guest_ending arch/guest_exit arch/guest_watch
      arch/operator_console dev/serial_registers isa/instruction_text mm/address_map mm/bump_allocator
      mm/guest_memory mm/guest_place mm/memory_layout
      mm/ownership plat/audit plat/board plat/host_plic plat/kernel_map plat/owners plat/partitions plat/shared_memory
      plat/uart16550 vm/blake2s vm/console_channel vm/console_mux vm/elf vm/fault_policy vm/guest_address_text
      vm/guest_isa vm/guest_tree vm/guest_tree_room vm/hart_features vm/image vm/image_error vm/image_formats vm/outgoing_line
      vm/output_ring vm/post_mortem vm/seed)
    list(APPEND hv_small_sources ${CMAKE_SOURCE_DIR}/src/${name}.cpp)
  endforeach()
  set_source_files_properties(${hv_small_sources} PROPERTIES COMPILE_OPTIONS "${hv_small}")
  # One function has all texts: with their arguments inlined its stack frame would be too large.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/vm/description_error.cpp PROPERTIES
    COMPILE_OPTIONS "${hv_small_without_inlining}")
endif()

# hv_add_kernel(name source...): a bootable image from the kernel's objects and a main of its own.
# Makes name.elf, name.bin and name.map. Whether it is optimised as a whole the caller says, by a link option: asked for
# nothing, GCC does so to any object that could be.
function(hv_add_kernel name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE kernel hv_target hv_warnings)
  target_link_options(${name} PRIVATE ${hv_link_flags} -T ${CMAKE_SOURCE_DIR}/hypervisor.ld
    -Xlinker -Map=$<TARGET_FILE_DIR:${name}>/${name}.map)  # not -Wl: a path may hold a comma
  set_target_properties(${name} PROPERTIES SUFFIX .elf LINK_DEPENDS ${CMAKE_SOURCE_DIR}/hypervisor.ld)
  add_custom_command(TARGET ${name} POST_BUILD VERBATIM
    BYPRODUCTS ${name}.bin ${name}.map
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${name}> $<TARGET_FILE_DIR:${name}>/${name}.bin)
endfunction()

# --- the built-in guest -----------------------------------------------------------------------------------------

# A program of its own, for VS-mode; its flat image becomes part of the kernel's read-only data, so it is kept small.
add_executable(hello ${CMAKE_SOURCE_DIR}/src/guest/start.S ${CMAKE_SOURCE_DIR}/src/guest/hello.cpp
  ${CMAKE_SOURCE_DIR}/src/arch/runtime.cpp
  ${CMAKE_SOURCE_DIR}/src/lib/format.cpp ${CMAKE_SOURCE_DIR}/src/fdt/node.cpp ${CMAKE_SOURCE_DIR}/src/fdt/property.cpp)
target_link_libraries(hello PRIVATE hv_target hv_warnings)
target_compile_options(hello PRIVATE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:${hv_small}>)
target_link_options(hello PRIVATE ${hv_link_flags} -T ${CMAKE_SOURCE_DIR}/src/guest/guest.ld)
set_target_properties(hello PROPERTIES SUFFIX .elf LINK_DEPENDS ${CMAKE_SOURCE_DIR}/src/guest/guest.ld)
add_custom_command(OUTPUT hello.bin DEPENDS hello VERBATIM
  COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:hello> hello.bin)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/guest/image.S PROPERTIES
  OBJECT_DEPENDS ${CMAKE_BINARY_DIR}/hello.bin
  COMPILE_DEFINITIONS "HV_BUILTIN_GUEST=\"${CMAKE_BINARY_DIR}/hello.bin\"")
target_sources(kernel PRIVATE ${CMAKE_SOURCE_DIR}/src/guest/image.S)

hv_add_kernel(hypervisor ${CMAKE_SOURCE_DIR}/src/main.cpp)
target_link_options(hypervisor PRIVATE ${hv_whole_program})
# main() keeps what the machine has on the boot stack, which has 1 MiB.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/main.cpp PROPERTIES
    COMPILE_OPTIONS "-Wno-stack-usage;${hv_small}")
endif()

include(flash OPTIONAL)

include(guests)

# The self-testing kernels: one a file. Not part of the default build: `cmake --build ... --target target-tests`.
file(GLOB hv_target_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/target/*.cpp)
add_custom_target(target-tests)
foreach(source IN LISTS hv_target_tests)
  get_filename_component(name ${source} NAME_WE)
  hv_add_kernel(${name} ${source})
  target_link_options(${name} PRIVATE -fno-lto)
  set_target_properties(${name} PROPERTIES
    EXCLUDE_FROM_ALL TRUE RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/target-tests)
  add_dependencies(target-tests ${name})
endforeach()

# The kernels that measure themselves, for tests/bench/run.py: the target `bench-kernels`.
file(GLOB hv_target_benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/target/*.cpp)
add_custom_target(bench-kernels)
foreach(source IN LISTS hv_target_benches)
  get_filename_component(name ${source} NAME_WE)
  hv_add_kernel(${name} ${source})
  target_link_options(${name} PRIVATE -fno-lto)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/target)
  set_target_properties(${name} PROPERTIES
    EXCLUDE_FROM_ALL TRUE RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench-kernels)
  add_dependencies(bench-kernels ${name})
endforeach()
