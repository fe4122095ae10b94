# How to compile for the machine: 64-bit RISC-V, freestanding, with GCC or Clang.
#
#   cmake -B build -DCMAKE_TOOLCHAIN_FILE=toolchain-riscv64.cmake [-DHV_TOOLCHAIN=gcc|clang]
#
# HV_TOOLCHAIN defaults to gcc where riscv64-linux-gnu-g++ is installed, to clang otherwise. Both use the
# freestanding headers of the cross GCC's C++ library: Debian's g++-riscv64-linux-gnu provides them.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES HV_TOOLCHAIN)

set(hv_prefix riscv64-linux-gnu-)

if(NOT HV_TOOLCHAIN)
  find_program(HV_CROSS_GXX ${hv_prefix}g++)
  if(HV_CROSS_GXX)
    set(HV_TOOLCHAIN gcc)
  else()
    set(HV_TOOLCHAIN clang)
  endif()
endif()
set(HV_TOOLCHAIN ${HV_TOOLCHAIN} CACHE STRING "The cross compiler: gcc or clang")

if(HV_TOOLCHAIN STREQUAL gcc)
  set(CMAKE_ASM_COMPILER ${hv_prefix}gcc)
  set(CMAKE_CXX_COMPILER ${hv_prefix}g++)
elseif(HV_TOOLCHAIN STREQUAL clang)
  # The newest version whose name is installed; plain `clang++` last, as it may be anything.
  set(hv_clang_versions 21 20 19 18 17 16 15 14)
  list(TRANSFORM hv_clang_versions PREPEND clang++- OUTPUT_VARIABLE hv_clang_names)
  list(TRANSFORM hv_clang_versions PREPEND clang- OUTPUT_VARIABLE hv_clang_c_names)
  find_program(HV_CLANGXX NAMES ${hv_clang_names} clang++ NAMES_PER_DIR REQUIRED)
  find_program(HV_CLANG NAMES ${hv_clang_c_names} clang NAMES_PER_DIR REQUIRED)
  set(CMAKE_ASM_COMPILER ${HV_CLANG})
  set(CMAKE_CXX_COMPILER ${HV_CLANGXX})
  set(CMAKE_ASM_COMPILER_TARGET riscv64-unknown-elf)
  set(CMAKE_CXX_COMPILER_TARGET riscv64-unknown-elf)
else()
  message(FATAL_ERROR "HV_TOOLCHAIN is '${HV_TOOLCHAIN}': it must be gcc or clang")
endif()

find_program(CMAKE_OBJCOPY NAMES ${hv_prefix}objcopy llvm-objcopy llvm-objcopy-14 REQUIRED)

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
