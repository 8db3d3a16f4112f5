# Target `torch`: LibTorch 2.11 or newer, from CMAKE_PREFIX_PATH or Torch_DIR.
#
# LibTorch's own CMake file asks for far more than is needed here where LibTorch was built for CUDA, as
# the torch that pip brings to most GPU machines: a whole CUDA Toolkit with all its libraries, even for
# a program without one .cu file. The libraries of such a build are therefore linked directly; it then
# runs on GPUs with or without SMDM_CUDA, which only says whether our own .cu files are compiled.
set(torch_minimum 2.11)
find_path(SMDM_TORCH_CMAKE TorchConfig.cmake HINTS ${Torch_DIR} ENV Torch_DIR
          PATH_SUFFIXES Torch share/cmake/Torch lib/cmake/Torch NO_CACHE)
cmake_path(SET torch_root NORMALIZE "${SMDM_TORCH_CMAKE}/../../..")
file(GLOB torch_cuda "${torch_root}/lib/libtorch_cuda.so*")

# LibTorch's libraries export their own, older copies of parts of libstdc++ (std::filesystem). A
# program that finds those first mixes them with the system's: removing a folder then crashes, as seen
# with GCC 13 and LibTorch 2.11. So libstdc++ is named before all other libraries.
set(libstdcxx_first "LINKER:--push-state,--no-as-needed,-lstdc++,--pop-state")

if(NOT torch_cuda)
  if(SMDM_CUDA AND SMDM_TORCH_CMAKE)
    message(FATAL_ERROR "SMDM_CUDA: wanted a LibTorch that was built for CUDA, got ${torch_root}")
  endif()
  find_package(Torch ${torch_minimum} REQUIRED)
  target_link_options(torch INTERFACE "${libstdcxx_first}")
else()
  set(PACKAGE_FIND_VERSION ${torch_minimum})
  include("${SMDM_TORCH_CMAKE}/TorchConfigVersion.cmake")
  if(PACKAGE_VERSION VERSION_LESS torch_minimum)
    message(FATAL_ERROR "wanted LibTorch ${torch_minimum} or newer, got ${PACKAGE_VERSION} in ${torch_root}")
  endif()
  message(STATUS "LibTorch ${PACKAGE_VERSION} for CUDA")
  add_library(torch SHARED IMPORTED)
  set_target_properties(torch PROPERTIES
      IMPORTED_LOCATION "${torch_root}/lib/libtorch.so"
      INTERFACE_INCLUDE_DIRECTORIES "${torch_root}/include;${torch_root}/include/torch/csrc/api/include")
  # libtorch.so itself only pulls in the CPU and CUDA parts. What those need is found at run time,
  # next to them, and not by the linker here.
  target_link_libraries(torch INTERFACE "${torch_root}/lib/libtorch_cpu.so" "${torch_root}/lib/libc10.so")
  target_link_options(torch INTERFACE "${libstdcxx_first}"
      "LINKER:--no-as-needed,${torch_root}/lib/libtorch.so,--as-needed"
      "LINKER:--unresolved-symbols=ignore-in-shared-libs")
endif()

# Whether LibTorch comes with c10d, by whose store several processes find each other (harness/ranks). It may
# be built without (USE_DISTRIBUTED=0).
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_INCLUDES ${torch_root}/include)
set(CMAKE_REQUIRED_LIBRARIES ${torch_root}/lib/libtorch_cpu.so ${torch_root}/lib/libc10.so)
set(CMAKE_REQUIRED_LINK_OPTIONS LINKER:--unresolved-symbols=ignore-in-shared-libs)
check_cxx_source_compiles("
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
int main() { return c10d::TCPStore(\"\", {}).getPort(); }
" SMDM_C10D)
unset(CMAKE_REQUIRED_INCLUDES)
unset(CMAKE_REQUIRED_LIBRARIES)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
