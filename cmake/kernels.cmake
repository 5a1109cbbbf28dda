# The compiler flags of each instruction set's kernels (lib/runtime/kernels/kernels_*.cpp). Only these files get them: which one runs is
# chosen at run time, so the rest of the program must run on any processor of the target.
function(tnn_kernel_flags)
  set(folder ${CMAKE_SOURCE_DIR}/lib/runtime/kernels)
  set(common -ffp-contract=fast)
  set_source_files_properties(${folder}/kernels_scalar.cpp ${folder}/kernels_neon.cpp PROPERTIES COMPILE_OPTIONS "${common}")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # Tuned so, GCC does not keep addresses in vector or mask registers, where they come back only after the products that wait before them.
    list(APPEND common -mtune=haswell)
    set_source_files_properties(${folder}/kernels_avx2.cpp PROPERTIES COMPILE_OPTIONS "${common};-mavx2;-mfma")
    set(avx512 -mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma -mprefer-vector-width=512)
    set_source_files_properties(${folder}/kernels_avx512.cpp PROPERTIES COMPILE_OPTIONS "${common};${avx512}")
    set_source_files_properties(${folder}/kernels_avx512bf16.cpp PROPERTIES COMPILE_OPTIONS
      "${common};${avx512};-mavx512bf16;-Wno-uninitialized;-Wno-maybe-uninitialized")  # in GCC 12's own headers (GCC bug 105593)
  endif()
endfunction()
