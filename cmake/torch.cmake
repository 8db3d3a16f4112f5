# Target `torch`: LibTorch 2.11 or newer, from CMAKE_PREFIX_PATH or Torch_DIR.
#
# LibTorch's own CMake file stops where LibTorch was built for CUDA and no CUDA Toolkit is installed,
# as with the torch that pip brings to most GPU machines. The toolkit is only needed to compile .cu
# files, so without SMDM_CUDA the libraries of such a build are linked directly; it then runs on GPUs
# all the same.
set(torch_minimum 2.11)
find_path(SMDM_TORCH_CMAKE TorchConfig.cmake HINTS ${Torch_DIR} ENV Torch_DIR
          PATH_SUFFIXES Torch share/cmake/Torch lib/cmake/Torch NO_CACHE)
cmake_path(SET torch_root NORMALIZE "${SMDM_TORCH_CMAKE}/../../..")
file(GLOB torch_cuda "${torch_root}/lib/libtorch_cuda.so*")

if(SMDM_CUDA AND SMDM_TORCH_CMAKE AND NOT torch_cuda)
  message(FATAL_ERROR "SMDM_CUDA: wanted a LibTorch that was built for CUDA, got ${torch_root}")
elseif(SMDM_CUDA OR NOT torch_cuda)
  find_package(Torch ${torch_minimum} REQUIRED)
else()
  set(PACKAGE_FIND_VERSION ${torch_minimum})
  include("${SMDM_TORCH_CMAKE}/TorchConfigVersion.cmake")
  if(PACKAGE_VERSION VERSION_LESS torch_minimum)
    message(FATAL_ERROR "wanted LibTorch ${torch_minimum} or newer, got ${PACKAGE_VERSION} in ${torch_root}")
  endif()
  message(STATUS "LibTorch ${PACKAGE_VERSION} for CUDA, linked without the CUDA Toolkit")
  add_library(torch SHARED IMPORTED)
  set_target_properties(torch PROPERTIES
      IMPORTED_LOCATION "${torch_root}/lib/libtorch.so"
      INTERFACE_INCLUDE_DIRECTORIES "${torch_root}/include;${torch_root}/include/torch/csrc/api/include")
  # libtorch.so itself only pulls in the CPU and CUDA parts. What those need is found at run time,
  # next to them, and not by the linker here.
  target_link_libraries(torch INTERFACE "${torch_root}/lib/libtorch_cpu.so" "${torch_root}/lib/libc10.so")
  target_link_options(torch INTERFACE
      "LINKER:--no-as-needed,${torch_root}/lib/libtorch.so,--as-needed"
      "LINKER:--unresolved-symbols=ignore-in-shared-libs")
endif()
