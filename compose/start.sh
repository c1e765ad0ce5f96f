#!/bin/sh
# The first process of a container hears only the signals that it has asked for, and Node asks for them when it has loaded. This
# shell asks at once and passes them on. To a child nothing gets lost: what comes before it listens ends it.
child=
is_told=
pass() {
  is_told=yes
  [ -z "$child" ] || kill -s "$1" "$child" 2>/dev/null
}
# A shell's child in the background is deaf to SIGINT until Node has begun; SIGTERM does the same.
trap 'pass TERM' TERM INT
trap 'pass HUP' HUP
node /app/dist/main.js "$@" <&0 &
child=$!
[ -z "$is_told" ] || kill "$child" 2>/dev/null
# A signal interrupts the wait, and not what it waits for.
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || exit "$status"
done
