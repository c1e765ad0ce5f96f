#!/bin/sh
# Makes the role `bugflow` in the database of taiga-docker, with the rights that docs/database.md explains, and a password
# for it in secrets/. Safe to run again, as after an upgrade of Taiga.
#   sh compose/taiga-role.sh [CONTAINER [USER [DATABASE]]]
set -eu
cd "$(dirname "$0")/.."
container=${1:-$(docker ps --quiet --filter label=com.docker.compose.service=taiga-db)}
if [ -z "$container" ]; then
  echo "taiga-role.sh: no container of the service taiga-db runs: start taiga-docker, or name the container" >&2
  exit 1
fi
password_file=secrets/taiga-database-password
# Containers read the file as users of their own; the folder keeps others on this machine out.
mkdir -p secrets
chmod 700 secrets
if [ ! -s "$password_file" ]; then
  od -An -N 18 -t x1 /dev/urandom | tr -d ' \n' >"$password_file"
fi
chmod 644 "$password_file"
{
  printf "\\set password '%s'\n" "$(cat "$password_file")"
  cat compose/taiga-role.sql
} | docker exec --interactive "$container" psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 \
  --username "${2:-taiga}" --dbname "${3:-taiga}"
echo "the role bugflow may read Taiga's tables; its password is in $password_file"
