#!/bin/bash
# Stands in for every tool that set-up calls, under that tool's name. $FAKE is a folder of settings:
# the files in it say what is missing or fails; every call is noted in $FAKE/log.
name=${0##*/}
echo "$name $*" >>"$FAKE/log"
setting() { cat "$FAKE/$1" 2>/dev/null; }
fails() { [[ -e $FAKE/$1 ]]; }

make_torch() {  # FOLDER VERSION [cuda]
  mkdir -p "$1/torch/share/cmake/Torch" "$1/torch/lib"
  echo "set(PACKAGE_VERSION \"$2\")" >"$1/torch/share/cmake/Torch/TorchConfigVersion.cmake"
  touch "$1/torch/share/cmake/Torch/TorchConfig.cmake"
  if [[ -n $3 ]]; then touch "$1/torch/lib/libtorch_cuda.so"; fi
}

case $name in
  id) setting uid ;;
  sudo) ! fails sudo_asks && shift && exec "$@" ;;
  apt-get)
    case " $* " in
      *" install "*)
        if fails apt_fails; then echo "E: Unable to locate package" >&2; exit 100; fi
        rm -f "$FAKE/missing_headers" ;;
    esac
    echo "apt speaks on standard output" ;;
  dpkg | ninja) ;;
  nvcc) ;;
  g++)
    case $1 in
      -dumpversion) setting gcc_version ;;
      --version) echo "g++ (Fake)" ;;
      *) cat >/dev/null; setting missing_headers; true ;;
    esac ;;
  ctest)
    fails ctest_fails && exit 8
    exit 0 ;;
  cmake)
    case $1 in
      --version) echo "cmake version $(setting cmake_version)" ;;
      --build)
        echo "cmake speaks on standard output"
        while fails build_waits; do sleep 0.05; done
        if fails build_fails; then echo "a.cpp:1:1: error: fake" >&2; exit 1; fi
        if fails build_is_killed; then rm "$FAKE/build_is_killed"; kill -9 -- "-$(<"$FAKE/pid")"; exit 1; fi
        mkdir -p "$2/bin"
        cp "$FAKE/program" "$2/bin/smdm-eval"
        cp "$FAKE/program" "$2/bin/smdm-eval-engine"
        cp "$FAKE/program" "$2/bin/smdm-eval-judge" ;;
      *)
        if fails configure_fails; then echo "CMake Error: fake" >&2; exit 1; fi
        touch "$4/build.ninja" "$4/CMakeCache.txt"
        echo "cmake speaks on standard output" ;;
    esac ;;
  python*)
    case $1 in
      -) cat >/dev/null; [[ -e $FAKE/python_torch ]] && setting python_torch ;;
      -c)
        if fails no_pip; then case $2 in *import*pip*) exit 1 ;; esac; fi
        echo "Python 3.11.0 (fake)" ;;
      --version) echo "Python 3.11.0" ;;
      -m)
        if [[ $2 == venv ]]; then
          mkdir -p "${!#}/bin" && cp "$0" "${!#}/bin/python"
          exit
        fi
        echo "pip speaks on standard output"
        folder=
        for argument; do
          [[ $previous == --target ]] && folder=$argument
          previous=$argument
        done
        # The wanted source is a number: 1 as configured, 2 PyTorch's index, 3 the plain package.
        case "$*" in
          *--index-url*) source=2 ;;
          *+cpu) source=1 ;;
          *) source=3 ;;
        esac
        if fails pip_is_killed && [[ -n $folder ]]; then
          rm "$FAKE/pip_is_killed"
          mkdir -p "$folder/torch/share"
          kill -9 -- "-$(<"$FAKE/pid")"
          exit 1
        fi
        if [[ $* == *torch* && $* != *"-r "* ]] && ((source < $(setting pip_source))); then
          echo "ERROR: No matching distribution found" >&2
          exit 1
        fi
        if [[ -n $folder ]]; then make_torch "$folder" 2.13.0 "$([[ $source == 3 ]] && echo cuda)"; fi ;;
    esac ;;
  *) echo "fake $name does not know: $*" >&2; exit 99 ;;
esac
