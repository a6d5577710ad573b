#!/bin/sh
# Loads images into a kind cluster's nodes under tags that tell their content apart, and prints the Helm
# options that choose them: with the same tag for another image nothing would roll, workers neither.
#   deploy/kind-images.sh CLUSTER PREFIX VERSION IMAGE...
set -eu
cluster=$1 prefix=$2 version=$3
shift 3

images='' options=''
for name in "$@"; do
  id=$(docker image inspect --format '{{.Id}}' "$prefix/$name:$version")
  tag=$version-$(printf %.12s "${id#sha256:}")
  docker tag "$prefix/$name:$version" "$prefix/$name:$tag"
  images="$images $prefix/$name:$tag"
  options="$options --set $name.image.tag=$tag"
done
# shellcheck disable=SC2086 # names of images have no spaces
kind load docker-image --name "$cluster" $images >&2
# shellcheck disable=SC2086
docker image rm $images >/dev/null
echo "$options"
