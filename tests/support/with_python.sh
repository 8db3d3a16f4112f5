#!/bin/sh
# Runs a test script with the Python named by SMDM_PYTHON, or says that it is skipped.
# usage: with_python.sh [--any|--exports] SCRIPT [ARGUMENT...]; --any: without SMDM_PYTHON, any python3 will do;
# --exports: the Python named by SMDM_EXPORTS_PYTHON, which has the programs that exports are for
any=
if [ "$1" = --exports ]; then
  SMDM_PYTHON=$SMDM_EXPORTS_PYTHON
  shift
fi
if [ "$1" = --any ]; then
  any=$(command -v python3)
  shift
fi
python=${SMDM_PYTHON:-$any}
if [ -z "$python" ]; then
  echo "SKIPPED: no Python for this test (./run-tests --with-python sets one up)"
  exit 77
fi
exec "$python" "$@"
