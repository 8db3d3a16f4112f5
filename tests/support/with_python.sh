#!/bin/sh
# Runs a test script with the Python named by SMDM_PYTHON, or says that it is skipped.
# usage: with_python.sh [--any] SCRIPT [ARGUMENT...]; --any: without SMDM_PYTHON, any python3 will do
any=
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
