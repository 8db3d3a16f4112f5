# Set-up shared by ./smdm-eval, ./run-tests and tools/check: packages, LibTorch, the build, private
# Python folders. Sourced by bash, with the top of the tree in $root; docs/building.md is its manual.
# Every message goes to standard error.

readonly torch_version=2.13.0       # what pip installs
readonly torch_minimum=2.11         # the oldest LibTorch that an existing installation may have
readonly torch_cpu_index=https://download.pytorch.org/whl/cpu
readonly gcc_minimum=12 cmake_minimum=3.25
readonly build=$root/build          # the program and the tests
readonly deps=$root/.deps           # what set-up downloads
readonly stamp=$build/.built        # written before the last good build of the program began
readonly configured=$build/.configured

# Exit codes of set-up; the program's own are in docs/cli.md.
readonly exit_missing=120           # something is missing that set-up may not install itself
readonly exit_install=121           # a package or LibTorch could not be installed
readonly exit_build=122             # configuring or compiling failed

say() { printf 'smdm-eval: %s\n' "$*" >&2; }
die() { local code=$1; shift; say "$@"; exit "$code"; }
have() { command -v -- "$1" >/dev/null 2>&1; }
# at_least VERSION MINIMUM
at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# --- Is the built program what the sources say? Asked at every start, so it must be cheap. ---------

# settings: what the environment asks for, one line each. An empty line asks for nothing.
settings() { printf '%s\n' "${Torch_DIR:-}" "${CMAKE_PREFIX_PATH:-}" "${SMDM_CUDA:-}" "${SMDM_WERROR:-}"; }

# The programs: the one that is started, and those that it becomes, to compute and to ask judges.
readonly programs=(smdm-eval smdm-eval-engine smdm-eval-judge)
is_built() {
  local program
  for program in "${programs[@]}"; do [[ -x $build/bin/$program ]] || return 1; done
}

# The stamp holds the tree's place, LibTorch's CMake folder, and the settings of that build.
program_is_current() {
  is_built && [[ -f $stamp ]] || return 1
  local recorded wanted watched i
  mapfile -t recorded <"$stamp"
  wanted=("$root" "${recorded[1]:-}" "${Torch_DIR:-}" "${CMAKE_PREFIX_PATH:-}" "${SMDM_CUDA:-}"
          "${SMDM_WERROR:-}")
  for i in "${!wanted[@]}"; do
    [[ -z ${wanted[i]} || ${wanted[i]} == "${recorded[i]:-}" ]] || return 1
  done
  watched=("$root/CMakeLists.txt" "$root/cmake" "$root/tools/setup.sh" "${recorded[1]}/TorchConfig.cmake")
  for i in base models evaluators tasks results harness training microworld third_party; do
    [[ -d $root/$i ]] && watched+=("$root/$i")
  done
  # Folders are watched too: their time changes with each file added or removed. An error of find,
  # such as a LibTorch that is gone, counts as a change.
  [[ -z $(find "${watched[@]}" -newer "$stamp" -print -quit 2>&1) ]]
}

# --- Packages -------------------------------------------------------------------------------------

# Names of the Debian packages whose content is missing, one a line.
missing_packages() {
  have "${compiler[0]}" || echo g++
  have cmake || echo cmake
  have ninja || echo ninja-build
  # One run of the preprocessor finds every header, wherever the compiler looks.
  local headers
  headers=$(sed -E 's/^(\S+) (.*)$/#if !(\2)\n\1\n#endif/; s/<[^>]*>/__has_include(&)/g' <<'LIST'
libsentencepiece-dev <sentencepiece_processor.h>
libpcre2-dev <pcre2.h>
nlohmann-json3-dev <nlohmann/json.hpp> && <nlohmann/detail/abi_macros.hpp>
libcli11-dev <CLI/CLI.hpp>
libtomlplusplus-dev <toml++/toml.hpp> || <toml++/toml.h>
libvalijson-dev <valijson/validator.hpp>
liblbfgs-dev <lbfgs.h>
libsqlite3-dev <sqlite3.h>
libcurl4-openssl-dev <curl/curl.h>
catch2 <catch2/catch.hpp> || <catch2/catch_all.hpp>
zlib1g-dev <zlib.h>
libssl-dev <openssl/evp.h>
LIST
  )
  if have "${compiler[0]}"; then
    "${compiler[@]}" -E -P -x c++ - <<<"$headers" 2>/dev/null | sed '/^\s*$/d'
  else
    sed '/^#/d' <<<"$headers"
  fi
}

may_use_apt() { [[ $(id -u) == 0 ]] || { have sudo && sudo -n true 2>/dev/null; }; }

# What a package is for, for systems without apt.
purpose_of() {
  case $1 in
    g++) echo "a C++20 compiler, GCC $gcc_minimum or newer" ;;
    cmake) echo "CMake $cmake_minimum or newer" ;;
    ninja-build) echo "Ninja" ;;
    ccache) echo "ccache (optional)" ;;
    libsentencepiece-dev) echo "SentencePiece with its headers" ;;
    libpcre2-dev) echo "PCRE2 with its headers" ;;
    nlohmann-json3-dev) echo "nlohmann-json 3.11 or newer" ;;
    libcli11-dev) echo "CLI11 2.1 or newer" ;;
    libtomlplusplus-dev) echo "toml++ 3" ;;
    libvalijson-dev) echo "valijson" ;;
    liblbfgs-dev) echo "liblbfgs with its header" ;;
    catch2) echo "Catch2, version 2.13 or 3" ;;
    libcurl4-openssl-dev) echo "libcurl 7.80 or newer with its headers" ;;
    zlib1g-dev) echo "zlib with its headers" ;;
    libssl-dev) echo "OpenSSL with its headers" ;;
    python3) echo "Python 3.10 or newer" ;;
    python3-venv) echo "Python's venv and ensurepip modules" ;;
    *) echo "$1" ;;
  esac
}

# install_packages NAME...
install_packages() {
  local package
  if ! have apt-get; then
    say "missing here, and there is no apt to install it with:"
    for package; do say "  - $(purpose_of "$package")"; done
    die "$exit_missing" "install these, then start again"
  elif ! may_use_apt; then
    say "packages are missing, and installing them needs root. Run this, then start again:"
    echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
    exit "$exit_missing"
  fi
  local run=(env DEBIAN_FRONTEND=noninteractive)
  [[ $(id -u) == 0 ]] || run=(sudo -n "${run[@]}")
  local get=("${run[@]}" apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600)
  say "installing packages: $*"
  "${run[@]}" dpkg --configure -a || true  # an installation that was cut off earlier
  "${get[@]}" update || say "some package lists could not be refreshed; going on with those at hand"
  "${get[@]}" install --no-install-recommends "$@" ||
    die "$exit_install" "apt could not install the packages (its errors are above): $*"
}

check_tools() {
  local left version
  left=$(missing_packages | tr '\n' ' ')
  [[ -z $left ]] || die "$exit_missing" "still missing after the installation, or too old: $left"
  version=$(cmake --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
  at_least "$version" $cmake_minimum ||
    die "$exit_missing" "wanted CMake $cmake_minimum or newer, got $version"
  version=$("${compiler[@]}" -dumpversion)
  [[ $("${compiler[@]}" --version) == *clang* ]] || at_least "$version" $gcc_minimum ||
    die "$exit_missing" "wanted GCC $gcc_minimum or newer, got $version (CXX names another compiler)"
}

# --- Python and pip -------------------------------------------------------------------------------

# Sets $python to a Python 3.10 or newer that can install packages; fails if there is none.
find_python() {
  for python in python3 "${SMDM_SYSTEM_PYTHON:-/usr/bin/python3}"; do
    "$python" -c 'import sys
sys.exit(sys.version_info < (3, 10))' 2>/dev/null || continue
    "$python" -c 'import ensurepip' 2>/dev/null || "$python" -c 'import pip' 2>/dev/null || continue
    return 0
  done
  return 1
}

# make_venv FOLDER: a new virtual environment that has pip.
make_venv() {
  rm -rf -- "$1"
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv -- "$1"
  else
    "$python" -m venv --without-pip -- "$1" && "$python" -m pip --python "$1/bin/python" install pip
  fi || die "$exit_install" "$python could not make a virtual environment in $1"
}

# run_pip INTERPRETER ARGUMENT...: settings that would send packages elsewhere are overruled, and
# temporary files stay in the tree, where there is room and where the next start removes them.
run_pip() {
  local interpreter=$1
  shift
  rm -rf -- "$deps/tmp"
  mkdir -p -- "$deps/tmp"
  TMPDIR=$deps/tmp PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore \
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$interpreter" -m pip "$@" || return
  rm -rf -- "$deps/tmp"
}

# An interpreter with pip: Python's own, else one in a small private environment.
find_pip() {
  if "$python" -c 'import pip' 2>/dev/null; then
    pip_python=$python
  else
    pip_python=$deps/pip/bin/python
    "$pip_python" -c 'import pip' 2>/dev/null || make_venv "$deps/pip"
  fi
}

say_size_of_cuda() {
  say "torch==$torch_version from the package index is a CUDA build on most machines:" \
    "about 3 GB to download and 6 GB on disk"
}

# try_torch INTERPRETER FLAG...: the CPU build as pip is configured, then from PyTorch's index, then
# whatever the index has. The flags go to the first two, whose wheels need no others to be linked.
try_torch() {
  local interpreter=$1 cpu=torch==$torch_version+cpu target=("${pip_target[@]}")
  shift
  say "LibTorch: pip install $cpu"
  run_pip "$interpreter" install "${target[@]}" "$@" "$cpu" && return
  say "not found there; now from PyTorch's index of CPU builds"
  rm -rf -- "${target[@]:1}"
  run_pip "$interpreter" install "${target[@]}" "$@" --index-url "$torch_cpu_index" "$cpu" && return
  say "not found there either"
  rm -rf -- "${target[@]:1}"
  say_size_of_cuda
  run_pip "$interpreter" install "${target[@]}" "torch==$torch_version"
}

# ensure_python NAME REQUIREMENTS [with_torch]: the private environment .deps/NAME with everything
# that the requirements file lists, and what one beside it that ends with .no-deps.txt lists, whatever
# that asks for; it is made anew when a file, Python or the tree's place changed.
ensure_python() {
  local folder=$deps/$1 requirements=$2 with_torch=${3:-} wanted
  local bare=${requirements%.txt}.no-deps.txt
  [[ -f $requirements ]] || die "$exit_missing" "wanted a list of packages in $requirements, found none"
  find_python || die "$exit_missing" "wanted Python 3.10 or newer with pip or ensurepip"
  wanted=$(printf '%s\n' "$root" "$("$python" -c 'import sys; print(sys.version, sys.executable)')"
           cat -- "$requirements"; [[ ! -f $bare ]] || cat -- "$bare")
  [[ -f $folder/.complete && $(<"$folder/.complete") == "$wanted" ]] && return
  say "installing Python packages of $(basename -- "$requirements") into ${folder#"$root/"}"
  make_venv "$folder"
  local pip_target=()
  if [[ -n $with_torch ]]; then
    try_torch "$folder/bin/python" || die "$exit_install" "pip could not install torch"
  fi
  run_pip "$folder/bin/python" install -q -r "$requirements" ||
    die "$exit_install" "pip could not install what $requirements lists (its errors are above)"
  if [[ -f $bare ]]; then
    run_pip "$folder/bin/python" install -q --no-deps --ignore-requires-python -r "$bare" ||
      die "$exit_install" "pip could not install what $bare lists (its errors are above)"
  fi
  printf '%s\n' "$wanted" >"$folder/.complete"
}

# Chromium, for the tests of pages alone, where Debian's package may be installed. It is no reason to fail: without one
# these tests say that they were skipped.
try_browser() {
  have chromium && return
  if ! have apt-get || ! may_use_apt || ! (install_packages chromium); then
    say "no Chromium here: the tests of pages will be skipped"
  fi
}

# --- LibTorch -------------------------------------------------------------------------------------

# torch_config_in PREFIX: prints the folder with TorchConfig.cmake under a prefix of CMake's.
torch_config_in() {
  local place
  for place in "" /Torch /share/cmake/Torch /lib/cmake/Torch /libtorch/share/cmake/Torch; do
    if [[ -f $1$place/TorchConfig.cmake ]]; then
      realpath -- "$1$place"
      return
    fi
  done
  return 1
}
torch_version_of() { sed -n 's/^set(PACKAGE_VERSION "\([0-9.]*\).*/\1/p' "$1/TorchConfigVersion.cmake" 2>/dev/null; }
# usable_torch FOLDER: new enough, and built for CUDA where that was asked for
usable_torch() {
  local version
  version=$(torch_version_of "$1")
  [[ -n $version ]] && at_least "$version" $torch_minimum || return 1
  [[ $cuda == OFF ]] || compgen -G "$1/../../../lib/libtorch_cuda.so*" >/dev/null
}
unusable() {
  local version
  version=$(torch_version_of "$1")
  echo "LibTorch ${version:-of unknown version} in $1, wanted $torch_minimum or newer$(
    [[ $cuda == OFF ]] || echo ", built for CUDA")"
}

# Prints the CMake folder of the torch that Python would import, without importing it.
python_torch() {
  have python3 || return 1
  (cd / && python3 - 2>/dev/null) <<'PY'
import importlib.util, pathlib, sys
spec = importlib.util.find_spec("torch")
folders = spec.submodule_search_locations if spec and spec.origin else None
config = pathlib.Path(folders[0], "share", "cmake", "Torch") if folders else None
if config is None or not (config / "TorchConfig.cmake").is_file():
    sys.exit(1)
print(config)
PY
}

# Sets $torch_dir, or leaves it empty where pip has to bring LibTorch.
choose_torch() {
  local prefix prefixes found
  torch_dir=
  if [[ -n ${Torch_DIR:-} ]]; then
    torch_dir=$(torch_config_in "$Torch_DIR") ||
      die "$exit_missing" "Torch_DIR: wanted a folder with TorchConfig.cmake, got $Torch_DIR"
    usable_torch "$torch_dir" || die "$exit_missing" "Torch_DIR: $(unusable "$torch_dir")"
    return
  fi
  IFS=';:' read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}"
  for prefix in "${prefixes[@]}"; do
    [[ -n $prefix ]] && found=$(torch_config_in "$prefix") || continue
    if usable_torch "$found"; then
      torch_dir=$found
      return
    fi
    say "passing over CMAKE_PREFIX_PATH's $(unusable "$found")"
  done
  # The build's own, so that a setting given once need not be given again.
  if [[ -f $configured ]]; then
    found=$(sed -n 2p "$configured")
    if [[ -f $found/TorchConfig.cmake ]] && usable_torch "$found"; then
      torch_dir=$found
      return
    fi
  fi
  if found=$(python_torch) && usable_torch "$found"; then
    torch_dir=$found
  elif found=$(torch_config_in "$(private_torch)/torch") && usable_torch "$found"; then
    torch_dir=$found
  fi
}

private_torch() { if [[ $cuda == ON ]]; then echo "$deps/torch-cuda"; else echo "$deps/torch-cpu"; fi; }

# Installs LibTorch into a folder of its own, which appears under its final name only when complete.
install_torch() {
  local final partial
  final=$(private_torch)
  partial=$final.partial
  find_pip
  rm -rf -- "$partial" "$final"
  local pip_target=(--target "$partial")
  if [[ $cuda == ON ]]; then
    say_size_of_cuda
    run_pip "$pip_python" install "${pip_target[@]}" "torch==$torch_version"
  else
    try_torch "$pip_python" --no-deps
  fi || die "$exit_install" "pip could not install torch==$torch_version for" \
    "$("$python" --version) (its errors are above); Torch_DIR may name a LibTorch instead"
  [[ -f $partial/torch/share/cmake/Torch/TorchConfig.cmake ]] ||
    die "$exit_install" "the torch that pip installed has no CMake files in it"
  mv -- "$partial" "$final"
  torch_dir=$final/torch/share/cmake/Torch
}

# --- The build ------------------------------------------------------------------------------------

# Compilers of files that include LibTorch need about 2 GB each.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 2000000)}' /proc/meminfo 2>/dev/null || true)
  : "${memory:=$cores}"
  if ((memory < 1)); then memory=1; fi
  echo "${SMDM_JOBS:-$((memory < cores ? memory : cores))}"
}

# One start at a time sets up; the lock ends with the process that holds it, however that ends.
lock_build() {
  mkdir -p -- "$build" "$deps" ||
    die "$exit_missing" "cannot write into $root"
  exec {lock}>"$build/.lock"
  if have flock && ! flock -n "$lock"; then
    say "another start is building here; waiting for it"
    flock "$lock"
  fi
}

# on_or_off NAME VALUE LAST: a switch of the environment; where it is unset, the build keeps its own.
on_or_off() {
  case ${2,,} in
    "") echo "${3:-OFF}" ;;
    1 | on | yes | true) echo ON ;;
    0 | off | no | false) echo OFF ;;
    *) die "$exit_missing" "$1: wanted 1 or 0, got $2" ;;
  esac
}

require_cuda_toolkit() {
  if have "${CUDACXX:-nvcc}"; then return; fi
  [[ -x /usr/local/cuda/bin/nvcc ]] ||
    die "$exit_missing" "SMDM_CUDA asks for a CUDA build: wanted nvcc of the CUDA Toolkit on PATH or in CUDACXX"
  PATH=/usr/local/cuda/bin:$PATH
}

configure() {
  local wanted
  wanted=$(printf '%s\n' "$root" "$torch_dir" "$cuda" "$werror")
  [[ -f $build/build.ninja && -f $configured && $(<"$configured") == "$wanted" ]] && return
  # A cache that was cut off, or made for another tree or LibTorch, holds wrong answers.
  if [[ ! -f $configured || $(head -n 3 "$configured") != $(head -n 3 <<<"$wanted") ]]; then
    rm -rf -- "$build/CMakeCache.txt" "$build/CMakeFiles"
  fi
  rm -f -- "$configured"
  say "configuring with LibTorch $(torch_version_of "$torch_dir") of $torch_dir"
  CXX="${compiler[*]}" cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DTorch_DIR=$torch_dir" \
    "-DSMDM_CUDA=$cuda" "-DSMDM_WERROR=$werror" >"$build/configure.log" 2>&1 || {
    sed -n '/CMake Error/,$p' "$build/configure.log" >&2
    die "$exit_build" "CMake could not configure the build (all it said is in build/configure.log)"
  }
  printf '%s\n' "$wanted" >"$configured"
}

# compile [TARGET...]: without one, everything.
compile() {
  NINJA_STATUS="smdm-eval: compiling [%f/%t] " cmake --build "$build" --parallel "$(jobs)" \
    ${1:+--target "$@"} >&2 ||
    die "$exit_build" "the build failed (the compiler's errors are above)"
}

say_plan() {
  local cores
  cores=$(nproc)
  ((${#packages[@]} == 0)) && [[ -n $torch_dir && -f $configured ]] && is_built && return
  say "setting up; this is done once, and later starts begin at once:"
  if ((${#packages[@]} > 0)); then
    say "  - packages from Debian or Ubuntu (up to 150 MB to download, a minute): ${packages[*]}"
  fi
  if [[ -z $torch_dir ]]; then
    say "  - LibTorch $torch_version by pip into .deps/ ($(
      if [[ $cuda == ON ]]; then echo "CUDA build: 3 GB to download, 6 GB on disk, several minutes"
      else echo "CPU build: 200 MB to download, 700 MB on disk, a minute"; fi))"
  fi
  say "  - compiling the $1 into build/ (about $(((minutes[$1] + cores - 1) / cores)) minutes on $cores cores)"
}
declare -A minutes=([program]=10 [tests]=24)  # of one core

# prepare WHAT [venv]: packages and LibTorch, after saying what has to be done; sets $torch_dir, $cuda
# and $werror. The caller holds the lock. With "venv", a Python that can make virtual environments is
# seen to as well.
prepare() {
  local packages
  cuda=$(on_or_off SMDM_CUDA "${SMDM_CUDA:-}" "$(sed -n 3p "$configured" 2>/dev/null)")
  werror=$(on_or_off SMDM_WERROR "${SMDM_WERROR:-}" "$(sed -n 4p "$configured" 2>/dev/null)")
  if [[ $cuda == ON ]]; then require_cuda_toolkit; fi
  choose_torch
  mapfile -t packages < <(missing_packages)
  if [[ -z $torch_dir || ${2:-} == venv ]] && ! find_python; then
    packages+=(python3 python3-venv)
  fi
  if ((${#packages[@]} > 0)) && ! have ccache; then packages+=(ccache); fi
  say_plan "$1"
  if ((${#packages[@]} > 0)); then install_packages "${packages[@]}"; fi
  check_tools
  if [[ -z $torch_dir ]]; then
    find_python || die "$exit_missing" "wanted Python 3.10 or newer with pip or ensurepip"
    install_torch
  fi
}

# set_up program|tests [venv]: runs in a subshell of its own, which holds the lock.
set_up() {
  lock_build
  if [[ $1 == program ]] && program_is_current; then return; fi  # another start has just done it
  prepare "$@"
  configure
  # Without a stamp the program counts as out of date, so that a failed build leaves no old program
  # to be started; the new stamp is older than every source that is edited from now on.
  rm -f -- "$stamp"
  { echo "$root"; echo "$torch_dir"; settings; } >"$stamp.new"
  if [[ $1 == program ]]; then compile "${programs[@]/#/bin/}"; else compile; fi
  mv -- "$stamp.new" "$stamp"
}

read -ra compiler <<<"${CXX:-g++}"
