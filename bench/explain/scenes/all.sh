#!/bin/sh
# Plays all scenes with every stack, on a clean path and on one that loses and reorders, and compares what `explain` says: 8 minutes, as root.
set -e
here=$(dirname "$0")
folder=${1:-.cache/scenes}
rm -rf "$folder"
for stack in linux lwip gvisor slirp; do
  for path in '' --lossy; do
    unshare -n python3 -B "$here/play.py" "$folder/$stack$path" --stack "$stack" $path
  done
done
exec node --import tsx "$here/../check-scenes.ts" "$folder"/*
