# The target `flash`: hypervisor-flash.img, the kernel behind a stub that copies it to RAM. See docs/flash.md.

# hv_add_flash(target kernel image): `image` (32 MiB, sparse) is made of kernel.bin by the build target `target`.
function(hv_add_flash target kernel image)
  set(bin ${CMAKE_BINARY_DIR}/${kernel}.bin)
  add_executable(${target}-stub EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/src/arch/flash.S)
  add_dependencies(${target}-stub ${kernel})
  target_link_libraries(${target}-stub PRIVATE hv_target)
  target_compile_definitions(${target}-stub PRIVATE HV_FLASH_KERNEL="${bin}")
  target_link_options(${target}-stub PRIVATE ${hv_link_flags} -T ${CMAKE_SOURCE_DIR}/src/arch/flash.ld)
  # .incbin is no #include: the compiler's dependency file does not name the kernel.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/arch/flash.S PROPERTIES OBJECT_DEPENDS ${bin})
  set_target_properties(${target}-stub PROPERTIES SUFFIX .elf LINK_DEPENDS ${CMAKE_SOURCE_DIR}/src/arch/flash.ld)
  # QEMU wants the whole bank in the file, to the byte.
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${image} VERBATIM
    DEPENDS ${target}-stub
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${target}-stub> ${CMAKE_BINARY_DIR}/${image}
    COMMAND truncate --size=32M ${CMAKE_BINARY_DIR}/${image}
    COMMENT "Writing ${image}")
  add_custom_target(${target} DEPENDS ${CMAKE_BINARY_DIR}/${image})
endfunction()

hv_add_flash(flash hypervisor hypervisor-flash.img)
