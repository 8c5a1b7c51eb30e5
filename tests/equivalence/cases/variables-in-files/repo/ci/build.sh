#!/bin/sh
echo "$GITHUB_REF_NAME" > ref.txt
. ci/lib/more.sh
