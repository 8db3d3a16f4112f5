#!/bin/bash
# One case of the launcher's tests: launcher_test.sh CASE. Nothing is downloaded or compiled: the
# launcher runs in a copy of the tree's scripts, with fake_tool.sh in place of every such tool.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")
source_root=$(dirname -- "$(dirname -- "$here")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
tree="$work/a tree"
FAKE=$work/fake
tools=$work/tools

fail() { echo "FAILED: $*"; echo "--- stdout"; cat "$work/out"; echo "--- stderr"; cat "$work/err"
         echo "--- calls"; cat "$FAKE/log"; exit 1; }
equal() { [[ $1 == "$2" ]] || fail "$3: wanted [$2], got [$1]"; }
says() { grep -qF -- "$1" "$work/err" || fail "standard error: wanted [$1]"; }
says_not() { ! grep -qF -- "$1" "$work/err" || fail "standard error: did not want [$1]"; }
called() { grep -qE -- "$1" "$FAKE/log" || fail "wanted a call of [$1]"; }
not_called() { ! grep -qE -- "$1" "$FAKE/log" || fail "did not want a call of [$1]"; }
times_called() { equal "$(grep -cE -- "$1" "$FAKE/log")" "$2" "calls of $1"; }
set_fake() { printf '%s' "${2:-}" >"$FAKE/$1"; }
make_torch() { mkdir -p "$1/Torch" "$1/../../lib"; touch "$1/Torch/TorchConfig.cmake"
               echo "set(PACKAGE_VERSION \"$2\")" >"$1/Torch/TorchConfigVersion.cmake"; }

# start ARGUMENT...: runs the launcher with only the stand-ins and basic tools on PATH. $extra holds
# more of the environment. It leads a process group, so that a stand-in can kill it with all it started:
# the launcher alone would leave its set-up running.
extra=()
launcher=$tree/smdm-eval
start() {
  status=0
  env -i PATH="$tools" HOME="$work" FAKE="$FAKE" "${extra[@]}" setsid bash -c 'echo $$ >"$FAKE/pid"; exec "$@"' - \
    "$launcher" "$@" >"$work/out" 2>"$work/err" || status=$?
}
start_well() { start "$@"; equal "$status" 0 "exit code"; }

mkdir -p "$tree/tools" "$tree/models" "$tree/cmake" "$tree/tests/python" "$FAKE" "$tools"
cp "$source_root/smdm-eval" "$source_root/run-tests" "$tree/"
cp "$source_root/tools/setup.sh" "$tree/tools/"
touch "$tree/CMakeLists.txt" "$tree/models/a.cpp" "$FAKE/log" "$work/out" "$work/err"
for tool in bash env readlink dirname basename cat printf sed grep awk find sort head tr mkdir rm mv cp touch \
            nproc true realpath flock kill setsid sleep chmod; do
  ln -s "$(type -P "$tool")" "$tools/$tool"
done
for tool in id sudo apt-get dpkg g++ cmake ninja ccache python3 ctest; do
  cp "$here/fake_tool.sh" "$tools/$tool"
  chmod +x "$tools/$tool"
done
set_fake uid 0
set_fake gcc_version 12
set_fake cmake_version 3.25.1
set_fake pip_source 1
cat >"$FAKE/program" <<'PROGRAM'
#!/bin/bash
printf '[%s]' "$PWD" "$@"
PROGRAM
chmod +x "$FAKE/program"

case_no_root() {
  set_fake uid 1000
  set_fake sudo_asks
  printf 'catch2\nzlib1g-dev\n' >"$FAKE/missing_headers"
  start x
  equal "$status" 120 "exit code"
  equal "$(grep -c apt-get "$work/err")" 1 "apt lines"
  says "sudo apt-get update && sudo apt-get install -y --no-install-recommends catch2 zlib1g-dev"
  equal "$(cat "$work/out")" "" "standard output"
  not_called '^(apt-get|pip|cmake -S)'
}
case_no_apt() {
  rm "$tools/apt-get" "$tools/ninja"
  echo libcli11-dev >"$FAKE/missing_headers"
  start x
  equal "$status" 120 "exit code"
  says "CLI11 2.1 or newer"
  says "Ninja"
  says_not "SentencePiece"
}
case_apt_as_root() {
  echo libcli11-dev >"$FAKE/missing_headers"
  rm "$tools/ccache"
  start_well
  called '^apt-get .* update$'
  called '^apt-get .*install --no-install-recommends libcli11-dev ccache$'
  not_called '^sudo'
  says "setting up"
}
case_apt_fails() {
  echo libcli11-dev >"$FAKE/missing_headers"
  set_fake apt_fails
  start
  equal "$status" 121 "exit code"
  says "Unable to locate package"
  not_called '^cmake -S'
}
case_sudo_without_password() {
  set_fake uid 1000
  echo libcli11-dev >"$FAKE/missing_headers"
  start_well
  called '^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get .*install'
}

case_torch_dir() {
  make_torch "$work/lib torch/share/cmake" 2.11.0
  extra=(Torch_DIR="$work/lib torch/share/cmake/Torch")
  start_well
  called "^cmake -S .* -DTorch_DIR=$work/lib torch/share/cmake/Torch"
  not_called 'pip install'
}
case_torch_dir_wrong() {
  extra=(Torch_DIR="$work/nothing")
  start
  equal "$status" 120 "exit code"
  says "wanted a folder with TorchConfig.cmake, got $work/nothing"
  make_torch "$work/old/share/cmake" 2.10.1
  extra=(Torch_DIR="$work/old/share/cmake/Torch")
  start
  equal "$status" 120 "exit code"
  says "LibTorch 2.10.1"
}
case_prefix_path() {
  make_torch "$work/old/share/cmake" 2.5.0
  make_torch "$work/new/share/cmake" 2.13.0
  extra=(CMAKE_PREFIX_PATH="/nowhere:$work/old/share/cmake:$work/new/share/cmake")
  start_well
  says "passing over CMAKE_PREFIX_PATH's LibTorch 2.5.0"
  called "^cmake -S .* -DTorch_DIR=$work/new/share/cmake/Torch"
}
case_python_torch() {
  make_torch "$work/site/torch/share/cmake" 2.11.0
  set_fake python_torch "$work/site/torch/share/cmake/Torch"
  start_well
  called "^cmake -S .* -DTorch_DIR=$work/site/torch/share/cmake/Torch"
  not_called 'pip install'
}
case_python_torch_too_old() {
  make_torch "$work/site/torch/share/cmake" 2.9.1
  set_fake python_torch "$work/site/torch/share/cmake/Torch"
  start_well
  called 'pip install'
}
case_pip_first_source() {
  start_well
  called 'pip install --target .*/.deps/torch-cpu.partial --no-deps torch==2.13.0\+cpu$'
  times_called 'pip install' 1
  called '^cmake -S .* -DTorch_DIR=.*/.deps/torch-cpu/torch/share/cmake/Torch'
  says_not "3 GB"
  equal "$(ls "$tree/.deps")" torch-cpu "folders of set-up"
}
case_pip_second_source() {
  set_fake pip_source 2
  start_well
  times_called 'pip install' 2
  called 'pip install .*--index-url [^ ]*/whl/cpu torch==2.13.0\+cpu$'
  says_not "3 GB"
}
case_pip_last_source() {
  set_fake pip_source 3
  start_well
  times_called 'pip install' 3
  called 'pip install --target [^-]*/.deps/torch-cpu.partial torch==2.13.0$'
  says "about 3 GB to download"
}
case_pip_fails() {
  set_fake pip_source 4
  start
  equal "$status" 121 "exit code"
  says "Torch_DIR may name a LibTorch instead"
  not_called '^cmake -S'
}
case_pip_without_python() {
  rm "$tools/python3"
  extra=(SMDM_SYSTEM_PYTHON="$tools/python3")
  cat >"$tools/apt-get" <<APT
#!/bin/bash
echo "apt-get \$*" >>"\$FAKE/log"
[[ \$* != *" install "* ]] || { cp "$here/fake_tool.sh" "$tools/python3"; chmod +x "$tools/python3"; }
APT
  start_well
  called '^apt-get .*install .*python3 python3-venv'
  called 'pip install --target'
}

case_arguments() {
  start_well "a  b" "" '*' '$HOME' '"quoted"' -- --help 'new
line'
  equal "$(<"$work/out")" "[$PWD][a  b][][*][\$HOME][\"quoted\"][--][--help][new
line]" "arguments"
}
case_working_folder() {
  mkdir "$work/else where"
  cd "$work/else where" || exit
  launcher="../a tree/smdm-eval"
  start_well x
  equal "$(<"$work/out")" "[$work/else where][x]" "working folder"
}
case_symbolic_link() {
  mkdir "$work/bin"
  ln -s "../a tree/smdm-eval" "$work/bin/smdm-eval"
  ln -s "$work/bin/smdm-eval" "$work/link"
  launcher=$work/link
  start_well x
  [[ -x $tree/build/bin/smdm-eval ]] || fail "wanted the program in the tree's build folder"
}
case_standard_input() {
  echo cat >>"$FAKE/program"
  start_well - <<<"for the program"
  equal "$(<"$work/out")" "[$PWD][-]for the program" "standard output"
}
case_clean_output() {
  echo libcli11-dev >"$FAKE/missing_headers"
  start_well
  equal "$(<"$work/out")" "[$PWD]" "standard output"
  says "compiling"
  start_well
  equal "$(<"$work/err")" "" "standard error of a later start"
}
case_exit_code() {
  echo 'exit 42' >>"$FAKE/program"
  start
  equal "$status" 42 "exit code"
}

case_no_rebuild_without_change() {
  start_well
  : >"$FAKE/log"
  start_well
  equal "$(<"$FAKE/log")" "" "calls of a start that has nothing to do"
  mkdir -p "$tree/docs" && touch "$tree/docs/a.md" "$tree/README.md"
  start_well
  equal "$(<"$FAKE/log")" "" "calls after a change that matters to no source"
}
case_rebuild_on_change() {
  start_well
  sleep 0.05
  touch "$tree/models/a.cpp"
  start_well
  times_called '^cmake --build' 2
  sleep 0.05
  touch "$tree/models/b.hpp"
  start_well
  times_called '^cmake --build' 3
  sleep 0.05
  rm "$tree/models/b.hpp"
  start_well
  times_called '^cmake --build' 4
  rm "$tree/build/bin/smdm-eval"
  start_well
  times_called '^cmake --build' 5
  start_well
  times_called '^cmake --build' 5
  times_called '^cmake -S' 1
}
case_rebuild_without_engine() {
  start_well
  called '^cmake --build .*--target bin/smdm-eval bin/smdm-eval-engine bin/smdm-eval-judge$'
  local program builds=1
  for program in smdm-eval-engine smdm-eval-judge; do
    rm "$tree/build/bin/$program"
    start_well
    times_called '^cmake --build' $((++builds))
    [[ -x $tree/build/bin/$program ]] || fail "wanted the program $program"
    start_well
    times_called '^cmake --build' "$builds"
  done
}
case_failed_build() {
  start_well
  sleep 0.05
  touch "$tree/models/a.cpp"
  set_fake build_fails
  for _ in 1 2; do
    start
    equal "$status" 122 "exit code"
    says "a.cpp:1:1: error: fake"
    equal "$(<"$work/out")" "" "standard output: no old program may run"
  done
  rm "$FAKE/build_fails"
  start_well
}
case_failed_configuration() {
  set_fake configure_fails
  start
  equal "$status" 122 "exit code"
  says "CMake Error: fake"
  rm "$FAKE/configure_fails"
  start_well
}
case_concurrent_starts() {
  set_fake build_waits
  local first
  (start a; echo "$status $(<"$work/out")" >"$work/first") &
  first=$!
  until grep -q '^cmake --build' "$FAKE/log"; do sleep 0.05; done
  (work2=$work; env -i PATH="$tools" HOME="$work2" FAKE="$FAKE" "$launcher" b >"$work2/out2" 2>"$work2/err2"
   echo "$? $(<"$work2/out2")" >"$work2/second") &
  until grep -q waiting "$work/err2" 2>/dev/null; do sleep 0.05; done
  rm "$FAKE/build_waits"
  wait
  equal "$(<"$work/first")" "0 [$PWD][a]" "first start"
  equal "$(<"$work/second")" "0 [$PWD][b]" "second start"
  times_called '^cmake --build' 1
}
case_interrupted_download() {
  set_fake pip_is_killed
  start
  equal "$status" 137 "exit code"
  [[ -d $tree/.deps/torch-cpu.partial && ! -e $tree/.deps/torch-cpu ]] || fail "wanted a partial download"
  start_well
  [[ ! -e $tree/.deps/torch-cpu.partial ]] || fail "the partial download is still there"
}
case_interrupted_build() {
  start_well
  sleep 0.05
  touch "$tree/models/a.cpp"
  set_fake build_is_killed
  start
  equal "$status" 137 "exit code"
  start_well
  times_called '^cmake --build' 3
}
case_torch_disappears() {
  start_well
  rm -r "$tree/.deps"
  start_well
  times_called 'pip install' 2
  times_called '^cmake --build' 2
}
case_moved_tree() {
  start_well
  mv "$tree" "$work/moved"
  launcher=$work/moved/smdm-eval
  start_well
  times_called '^cmake -S' 2
  called "^cmake -S $work/moved .*-DTorch_DIR=$work/moved/.deps"
}

case_settings_last() {
  make_torch "$work/new/share/cmake" 2.13.0
  extra=(Torch_DIR="$work/new/share/cmake/Torch")
  start_well
  : >"$FAKE/log"
  start_well
  extra=()
  start_well
  equal "$(<"$FAKE/log")" "" "calls of a start without the setting"
  extra=(SMDM_WERROR=1)
  start_well
  called "^cmake -S .*-DTorch_DIR=$work/new/share/cmake/Torch .*-DSMDM_WERROR=ON"
}
case_cuda() {
  cp "$here/fake_tool.sh" "$tools/nvcc"
  make_torch "$work/site/torch/share/cmake" 2.13.0  # a CPU build will not do
  set_fake python_torch "$work/site/torch/share/cmake/Torch"
  extra=(SMDM_CUDA=1)
  start_well
  says "about 3 GB to download"
  called 'pip install --target [^-]*/.deps/torch-cuda.partial torch==2.13.0$'
  times_called 'pip install' 1
  called '^cmake -S .*-DSMDM_CUDA=ON'
  extra=()
  : >"$FAKE/log"
  start_well
  equal "$(<"$FAKE/log")" "" "calls of a later start"
}
case_cuda_without_toolkit() {
  [[ -x /usr/local/cuda/bin/nvcc ]] && return
  extra=(SMDM_CUDA=1)
  start
  equal "$status" 120 "exit code"
  says "wanted nvcc"
}
case_bad_setting() {
  extra=(SMDM_CUDA=perhaps)
  start
  equal "$status" 120 "exit code"
  says "SMDM_CUDA: wanted 1 or 0, got perhaps"
}
case_too_old_tools() {
  set_fake cmake_version 3.22.1
  start
  equal "$status" 120 "exit code"
  says "wanted CMake 3.25 or newer, got 3.22.1"
  set_fake cmake_version 3.31.6
  set_fake gcc_version 11
  start
  equal "$status" 120 "exit code"
  says "wanted GCC 12 or newer, got 11"
}
case_run_tests() {
  launcher=$tree/run-tests
  start_well -R "a b"
  called "^cmake --build $tree/build --parallel [0-9]+$"
  called "^ctest .*--output-on-failure .*-LE \^long\\$ -R a b$"
  start_well --long
  not_called "^ctest .*--no-tests=error --parallel [0-9]+ -LE .*long.* --long"
  equal "$(tail -n 1 "$FAKE/log" | grep -c -- -LE)" 0 "labels left out with --long"
  set_fake ctest_fails
  start
  equal "$status" 8 "exit code"
}
case_python_folder() {
  launcher=$tree/run-tests
  start --with-python
  equal "$status" 120 "exit code without a requirements file"
  echo "lm-eval==0.4.4" >"$tree/tests/python/requirements.txt"
  start --with-python
  equal "$status" 120 "exit code without the second requirements file"
  echo "jsonschema" >"$tree/tests/python/exports-requirements.txt"
  echo "every_eval_ever" >"$tree/tests/python/exports-requirements.no-deps.txt"
  start_well --with-python
  called 'pip install torch==2.13.0\+cpu$'
  called 'pip install -q -r .*/tests/python/requirements.txt$'
  called 'pip install -q -r .*/tests/python/exports-requirements.txt$'
  called 'pip install -q --no-deps --ignore-requires-python -r .*/exports-requirements.no-deps.txt$'
  called '^apt-get .*install --no-install-recommends chromium$'
  start_well --with-python
  times_called 'pip install -q -r .*/requirements.txt' 1
  times_called 'pip install -q -r .*/exports-requirements.txt' 1
  sleep 0.05
  echo "sacrebleu" >>"$tree/tests/python/requirements.txt"
  start_well --with-python
  times_called 'pip install -q -r .*/requirements.txt' 2
  times_called 'pip install -q -r .*/exports-requirements.txt' 1
  set_fake apt_fails
  start_well --with-python
  says "no Chromium here: the tests of pages will be skipped"
  set_fake uid 1000
  rm "$tools/sudo"
  start_well --with-python
  says "no Chromium here: the tests of pages will be skipped"
}

declare -F "case_${1:-}" >/dev/null || { echo "unknown case: ${1:-}"; exit 2; }
ln -s "$(type -P tail)" "$tools/tail"
"case_$1"
echo "$1: passed"
