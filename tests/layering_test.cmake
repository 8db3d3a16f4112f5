# The layering test must see a planted fault: cmake -DLAYERING=<layering.cmake> -DWORK=<folder> -P this
cmake_minimum_required(VERSION 3.25)

# Writes one file into an otherwise clean tree and runs the check on it.
function(check_tree file line expected)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/base/request.hpp" "#pragma once\n#include <string>\n")
  file(WRITE "${WORK}/models/mdm.hpp" "// #include \"tasks/a.hpp\"\n#include \"models/x.hpp\"\n")
  file(WRITE "${WORK}/models/tensors.hpp" "#include <ATen/core/Tensor.h>\n")
  file(WRITE "${WORK}/harness/run/session.hpp" "#include \"models/tensors.hpp\"\n")
  file(APPEND "${WORK}/${file}" "${line}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${LAYERING}
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(expected STREQUAL "clean" AND NOT status EQUAL 0)
    message(FATAL_ERROR "${file} with ${line}: wanted no fault, got ${output}")
  elseif(NOT expected STREQUAL "clean" AND (status EQUAL 0 OR NOT output MATCHES "${expected}"))
    message(FATAL_ERROR "${file} with ${line}: wanted \"${expected}\", got ${output}")
  endif()
endfunction()

foreach(allowed
        "models/a.cpp|#include \"models/mdm.hpp\"" "models/a.cpp|#include <ATen/ATen.h>"
        "models/a.cpp|#include \"base/files/read.hpp\"" "evaluators/a.cpp|#include \"base/request.hpp\""
        "evaluators/rows/a.cpp|#include \"models/mdm.hpp\"" "tasks/a.cpp|#include \"tasks/ask/task.hpp\""
        "tasks/a.cpp|#include <nlohmann/json.hpp>" "base/a.cpp|#include \"base/json.hpp\""
        "base/text/a.cpp|#include \"base/error.hpp\"" "base/text/a.cpp|#include \"base/text/xml.hpp\""
        "base/files/a.cpp|#include \"base/text/unicode.hpp\"" "base/metrics/a.cpp|#include \"base/numbers/mean.hpp\""
        "results/a.cpp|#include \"base/request.hpp\"" "harness/a.cpp|#include <CLI/CLI.hpp>"
        "harness/cli/a.cpp|#include <toml++/toml.h>"
        "harness/a.cpp|#include \"evaluators/elbo.hpp\"" "training/a.cpp|#include \"models/mdm.hpp\""
        "harness/a.cpp|#  include \"microworld/world.hpp\"" "models/cuda/a.cu|#include <cuda_runtime.h>"
        "base/files/a.cpp|#include <openssl/evp.h>" "base/files/a.cpp|#include <zlib.h>"
        "harness/cli/a.cpp|#include \"models/mdm.hpp\"" "harness/engine.cpp|#include \"harness/run/session.hpp\""
        "base/files/a.cpp|int file = ::open(path, O_RDONLY)" "base/files/a.cpp|fs::rename(a, b)"
        "models/a.cpp|// ::open(path) is what base/files does" "models/a.cpp|pool.open(name)"
        "models/a.cpp|reopen(name), fs::path(name)" "tasks/a.cpp|// #include <torch/torch.h>")
  string(REPLACE "|" ";" parts "${allowed}")
  list(GET parts 0 file)
  list(GET parts 1 line)
  check_tree("${file}" "${line}" clean)
endforeach()

foreach(fault
        "base/a.cpp|#include \"base/text/xml.hpp\"|base/ may include base/error.hpp"
        "base/text/a.cpp|#include \"base/files/read.hpp\"|base/text/ may include base/error.hpp"
        "base/numbers/a.cpp|#include \"base/metrics/metric.hpp\"|base/numbers/ may include"
        "base/files/a.cpp|#include \"tasks/ask/task.hpp\"|base/files/ may include"
        "base/a.cpp|#include <torch/torch.h>|may not use there"
        "base/a.cpp|#include \"base/request.hpp.old\"|base/ may include"
        "base/text/svg/a.cpp|#include \"base/files/read.hpp\"|base/text/ may include"
        "base/other/a.cpp|#include \"base/error.hpp\"|base/other/ may include"
        "results/a.cpp|#include <openssl/evp.h>|may not use there"
        "training/a.cpp|#include <openssl/sha.h>|may not use there"
        "tasks/a.cpp|#include <zlib.h>|may not use there"
        "base/a.cpp|#include <toml++/toml.hpp>|may not use there"
        "microworld/a.cpp|#include \"zlib.h\"|may not use there"
        "tasks/a.cpp|#include <torch/torch.h>|may not use there"
        "tasks/a.cpp|#include \"torch/torch.h\"|may not use there"
        "tasks/a.cpp|#include \"models/mdm.hpp\"|may include base, tasks"
        "tasks/a.cpp|#include \"results/run/record.hpp\"|may include base, tasks"
        "results/a.cpp|#include <ATen/ATen.h>|may not use there"
        "results/a.hpp|#include \"tasks/task.hpp\"|may include base, results"
        "models/a.cpp|#include \"tasks/task.hpp\"|may include base, models"
        "models/a.cpp|#include \"evaluators/elbo.hpp\"|may include base, models"
        "models/a.cpp|#include <CLI/CLI.hpp>|may not use there"
        "models/a.cpp|#include <models/mdm.hpp>|stand in quotes"
        "models/cuda/a.cu|#include \"harness/run.hpp\"|may include base, models"
        "evaluators/a.cpp|#include \"tasks/task.hpp\"|may include base, models, evaluators"
        "evaluators/a.cpp|#include \"results/record.hpp\"|may include base, models, evaluators"
        "evaluators/a.cpp|#include <nlohmann/json.hpp>|may not use there"
        "evaluators/a.cpp|#include <sentencepiece_processor.h>|may not use there"
        "harness/a.cpp|#include \"tests/support/catch.hpp\"|harness/ may include base, harness"
        "harness/a.cpp|#include \"run.hpp\"|harness/ may include base, harness"
        "harness/a.cpp|#include \"../tasks/task.hpp\"|harness/ may include base, harness"
        "training/a.cpp|#include \"harness/run.hpp\"|may include base, models, training"
        "training/a.cpp|#include \"tasks/files.hpp\"|may include base, models, training"
        "microworld/a.cpp|#include <torch/torch.h>|may not use there"
        "harness/cli/a.cpp|#include <ATen/Parallel.h>|starts without LibTorch"
        "harness/cli/a.cpp|#include \"harness/run/session.hpp\"|by harness/cli/a.cpp > harness/run/session.hpp > models/tensors"
        "harness/settings/table.cpp|#include \"models/tensors.hpp\"|starts without LibTorch"
        "base/text/a.cpp|std::ofstream file(path)|calls the system on files"
        "tasks/a.cpp|std::ifstream file(path)|calls the system on files"
        "results/a.cpp|if (fs::exists(path)) return|calls the system on files"
        "results/a.cpp|::rename(from, to)|calls the system on files"
        "harness/a.cpp|std::filesystem::rename(from, to)|calls the system on files"
        "harness/a.hpp|const int file = open(path, O_RDONLY)|calls the system on files"
        "training/a.cpp|const int file = ::open(path, O_RDONLY)|calls the system on files"
        "evaluators/a.cpp|auto* file = std::fopen(path, mode)|calls the system on files"
        "models/a.cpp|auto* data = mmap(nullptr, 4)|calls the system on files"
        "models/cuda/a.cu|fs::current_path()|calls the system on files"
        "models/a.cpp|#include HEADER|cannot read")
  string(REPLACE "|" ";" parts "${fault}")
  list(GET parts 0 file)
  list(GET parts 1 line)
  list(GET parts 2 expected)
  check_tree("${file}" "${line}" "${expected}")
endforeach()
file(REMOVE_RECURSE "${WORK}")
