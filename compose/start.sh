#!/bin/sh
# The first process of a container hears only the signals that it has asked for, and Node asks for them when it has loaded. This
# shell asks at once and passes them on. What comes to Node before it listens ends it.
child=
is_told=
tell() {
  # Until the child has become another program, it is a copy of this shell that loses what it hears.
  while read -r name <"/proc/$child/comm" && [ "$name" = "$own_name" ]; do :; done 2>/dev/null
  kill -s "$1" "$child" 2>/dev/null
}
pass() {
  is_told=yes
  [ -z "$child" ] || tell "$1"
}
# A shell's child in the background is deaf to SIGINT until Node has begun; SIGTERM does the same.
trap 'pass TERM' TERM INT
trap 'pass HUP' HUP
read -r own_name </proc/$$/comm
node /app/dist/main.js "$@" <&0 &
child=$!
[ -z "$is_told" ] || tell TERM
# A signal interrupts the wait, and not what it waits for.
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || exit "$status"
done
