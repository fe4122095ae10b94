# The warnings that a clean tree keeps silent with every compiler. Errors only with HV_WERROR: a newer compiler
# that warns of more must not stop a user's build.

add_library(hv_warnings INTERFACE)
target_compile_options(hv_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wcast-align -Wcast-qual
  -Wnull-dereference -Wundef -Wvla -Wmissing-declarations -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(hv_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
    -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wuseless-cast>)
  if(CMAKE_SYSTEM_NAME STREQUAL Generic)
    target_compile_options(hv_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wstack-usage=1024>)
  endif()
elseif(CMAKE_SYSTEM_NAME STREQUAL Generic)
  target_compile_options(hv_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
    -Wglobal-constructors -Wexit-time-destructors>)
endif()
if(HV_WERROR)
  target_compile_options(hv_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
