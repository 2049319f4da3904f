# nvcc from tools/setup --nvcc, or the one that CMAKE_CUDA_COMPILER or CUDACXX names; and cuda_runtime, linked
# statically: a program built with it starts on machines without a GPU or its driver, too.
set(cuda_dir "${IMAGO_DEPS}/cuda-13.0/nvidia/cu13")
if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  if(NOT EXISTS "${cuda_dir}/bin/nvcc")
    message(FATAL_ERROR "nvcc is not in ${cuda_dir}: run tools/setup --nvcc first")
  endif()
  set(CMAKE_CUDA_COMPILER "${cuda_dir}/bin/nvcc")
  set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}")
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 75-virtual 80-real 90-real)  # from Turing on; A100 and H100 without a compiler at start
endif()
set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
enable_language(CUDA)
set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")  # Debian's CMake does not know yet that nvcc has it
set(CMAKE_CUDA_STANDARD 20)
add_compile_options("$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings;-Xcompiler=-Wall,-Wextra,-Werror>")

# The runtime's headers for the sources that g++ compiles.
add_library(cuda_runtime INTERFACE)
target_include_directories(cuda_runtime SYSTEM INTERFACE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
