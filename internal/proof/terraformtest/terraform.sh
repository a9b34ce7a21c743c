#!/bin/sh
# Stands before the Terraform of the test framework, in a working directory of one test. It answers by itself
# - what version Terraform has: once for all tests;
# - init, which has nothing to do: the providers run already, and there are no modules and no backend;
# - the text of a plan, which plan printed when it was made;
# - the JSON of a plan of which Terraform said, by its exit code, that it has no changes;
# - the JSON of a state that is what it was when that was asked for last;
# - the plan without a refresh that follows an apply, another one with a refresh behind it: what only the first could find, a state other than
#   the plan, Terraform refuses in the apply.
export GOGC=400

case "$1 $2 $#" in
"version -json 2")
  version=${0%/*}/version.json
  [ -s "$version" ] || { "$TESTED_TERRAFORM" version -json > "$version.$$" && mv "$version.$$" "$version"; } || exit
  exec cat "$version"
  ;;
"init "*)
  exit 0
  ;;
"apply "*)
  "$TESTED_TERRAFORM" "$@" || exit
  : > applied
  exit
  ;;
"plan "*)
  case " $* " in
  *" -refresh=false "*)
    [ -e applied ] && rm applied && : > planned.out && echo 0 > planned.code && exit
    ;;
  esac
  rm -f applied
  "$TESTED_TERRAFORM" "$@" > planned.out
  code=$?
  echo $code > planned.code
  cat planned.out
  exit $code
  ;;
"show -no-color 3")
  exec cat planned.out
  ;;
"show -json 4")
  read -r code < planned.code
  [ "$code" = 0 ] && echo '{"format_version":"1.0","resource_changes":[]}' && exit
  ;;
"show -json 3")
  if [ -s terraform.tfstate ]; then
    if ! cmp -s terraform.tfstate shown.state; then
      rm -f shown.state
      "$TESTED_TERRAFORM" "$@" > shown.out || exit
      cp terraform.tfstate shown.state
    fi
    exec cat shown.out
  fi
  ;;
esac
exec "$TESTED_TERRAFORM" "$@"
