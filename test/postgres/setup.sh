#!/usr/bin/env bash
# Real PostgreSQL + pgvector + pg_textsearch for CI, from Debian packages only (default suite: forky).
#
#   setup.sh [up]     install (if needed), start (if needed), create role/db/extensions, print DATABASE_URL=...
#   setup.sh stop     stop the server        setup.sh destroy   stop it and delete PREFIX
#
# Nothing is installed on the host: the .debs are resolved and signature-checked by apt in a private state
# folder and unpacked (dpkg -x) below PREFIX; the programs run through the unpacked suite's own ld.so, so the
# host's older glibc does not matter. No chroot, no mounts; works as root (server drops to RUN_AS) or not.
#
# Needs on the host: apt-get, dpkg-deb, coreutils, and /usr/share/keyrings/debian-archive-keyring.gpg.
# Settings: PREFIX, SUITE, MIRROR, PG_MAJOR (default: newest that SUITE has pg_textsearch for), PORT, RUN_AS,
#           DB_USER, DB_NAME, DB_PASSWORD.  stdout carries only the DATABASE_URL line; the rest is on stderr.
set -euo pipefail
umask 022

PREFIX=${PREFIX:-${TMPDIR:-/var/tmp}/graft-postgres}
SUITE=${SUITE:-forky}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
KEYRING=${KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
RUN_AS=${RUN_AS:-nobody}
DB_USER=${DB_USER:-ci}
DB_NAME=${DB_NAME:-ci}
ROOT=$PREFIX/root DATA=$PREFIX/data RUN=$PREFIX/run STATE=$PREFIX/apt

log() { printf '[pg %3ss] %s\n' "$SECONDS" "$*" >&2; }
die() { log "ERROR: $*"; exit 1; }
# commands of the server's own user
as() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && env -u PGDATA -u PGHOST -u PGPORT -u PGUSER HOME="$RUN" \
      setpriv --reuid="$RUN_AS" --regid="$(id -g "$RUN_AS")" --clear-groups "$@")
  else (cd / && "$@"); fi
}
psql_() { as env PGPASSWORD="$PASS" "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PORT_NOW" "$@"; }
# alive = the recorded pid is a postgres of this data folder (a killed, unreaped postmaster has an empty cmdline)
running() {
  local pid; pid=$(as head -1 "$DATA/postmaster.pid" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "-D $DATA "
}
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

install_() {
  if [ -f "$PREFIX/installed" ]; then log "already unpacked in $ROOT"; return; fi
  [ -r "$KEYRING" ] || die "no $KEYRING (apt-get install debian-archive-keyring)"
  rm -rf "$ROOT" "$STATE"
  mkdir -p "$ROOT" "$STATE"/{lists/partial,cache/archives/partial,parts,prefs,conf,debs}
  : >"$STATE/status"
  echo "deb [signed-by=$KEYRING] $MIRROR $SUITE main" >"$STATE/sources.list"
  cat >"$STATE/apt.conf" <<CONF
Dir::State "$STATE";
Dir::State::lists "$STATE/lists";
Dir::State::status "$STATE/status";
Dir::Cache "$STATE/cache";
Dir::Etc::sourcelist "$STATE/sources.list";
Dir::Etc::sourceparts "$STATE/parts";
Dir::Etc::preferences "$STATE/prefs/none";
Dir::Etc::preferencesparts "$STATE/prefs";
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
APT::Update::Post-Invoke "";
APT::Update::Post-Invoke-Success "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
CONF
  # given as -o, which overrides /etc/apt/apt.conf.d (host settings not named here, e.g. proxies or Check-Valid-Until, still apply)
  local opts=() l
  while read -r l; do opts+=(-o "$(sed -E 's/^([^ ]+) "(.*)";$/\1=\2/' <<<"$l")"); done <"$STATE/apt.conf"
  log "apt-get update ($SUITE)"
  apt-get "${opts[@]}" -q update >"$STATE/log" 2>&1 || { cat "$STATE/log" >&2; die "apt-get update"; }
  grep -q '^E:\|^W: Failed\|^Err:' "$STATE/log" && { cat "$STATE/log" >&2; die "apt-get update"; }

  local major=${PG_MAJOR:-}
  [ -n "$major" ] || major=$(apt-cache "${opts[@]}" pkgnames postgresql- |
    sed -nE 's/^postgresql-([0-9]+)-pg-textsearch$/\1/p' | sort -n | tail -1)
  [ -n "$major" ] || major=$(apt-cache "${opts[@]}" pkgnames postgresql- |
    sed -nE 's/^postgresql-([0-9]+)-pgvector$/\1/p' | sort -n | tail -1)
  [ -n "$major" ] || die "$SUITE has neither extension"
  local want=("postgresql-$major" "postgresql-$major-pgvector")
  if apt-cache "${opts[@]}" show "postgresql-$major-pg-textsearch" >/dev/null 2>&1
  then want+=("postgresql-$major-pg-textsearch"); else log "MISSING: no postgresql-$major-pg-textsearch in $SUITE"; fi

  # what apt would install on an empty machine, less what the server itself does not load
  apt-get "${opts[@]}" -s install "${want[@]}" | sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*/\1 \2/p' |
    grep -E "^(postgresql-(client-)?$major|lib|zlib1g )" |
    grep -vE '^lib(perl|.*-perl|systemd-shared|semanage|sepol|pam-modules|audit-common|debconfclient|proc2|gdbm|db5|c-bin|c-l10n|c-gconv|blkid|mount|text-|sasl2-modules)' \
    | sort >"$PREFIX/packages"
  log "downloading $(wc -l <"$PREFIX/packages") packages: $(grep -E '^postgresql' "$PREFIX/packages" | tr '\n' ';')"
  (cd "$STATE/debs" && apt-get "${opts[@]}" -q download $(sed 's/ /=/' "$PREFIX/packages") >"$STATE/log" 2>&1) ||
    { cat "$STATE/log" >&2; die "apt-get download"; }
  log "downloaded: $(du -cb "$STATE"/debs/*.deb | tail -1 | cut -f1) bytes of .deb, $(du -sb "$STATE/lists" | cut -f1) bytes of lists (unpacked)"
  local d; for d in "$STATE"/debs/*.deb; do dpkg-deb -x "$d" "$ROOT"; done

  # wrappers: <bin>/postgres -> ld.so --argv0 <bin>/postgres <bin>/../real/postgres
  local bin=$ROOT/usr/lib/postgresql/$major/bin real ld libs n
  real=$(dirname "$bin")/real
  ld=$(find "$ROOT/usr/lib" "$ROOT/usr/lib64" -name 'ld-linux*.so.*' 2>/dev/null | sort | head -1)
  [ -n "$ld" ] || die "no ld.so unpacked"
  libs=$(dirname "$(find "$ROOT/usr/lib" -name 'libc.so.6' | head -1)")
  mv "$bin" "$real"; mkdir "$bin"
  for n in "$real"/*; do
    n=$(basename "$n")
    if [ "$(head -c4 "$real/$n" | tail -c3)" = ELF ]; then
      printf '#!/bin/sh\nexec "%s" --library-path "%s" --argv0 "%s" "%s" "$@"\n' "$ld" "$libs" "$bin/$n" "$real/$n" >"$bin/$n"
    else cp -P "$real/$n" "$bin/$n"; fi
    chmod 755 "$bin/$n"
  done
  "$bin/postgres" --version >&2
  rm -rf "$STATE"
  echo "$major" >"$PREFIX/installed"
  log "unpacked: $(du -sm "$ROOT" | cut -f1) MiB in $ROOT"
}

up() {
  install -d -m 755 "$PREFIX"
  exec 9>"$PREFIX/lock"; flock 9
  install_
  BIN=$ROOT/usr/lib/postgresql/$(cat "$PREFIX/installed")/bin
  id -un >/dev/null 2>&1 || die "uid $(id -u) has no passwd entry (initdb needs one)"
  if [ "$(id -u)" = 0 ]; then install -d -m 700 -o "$RUN_AS" -g "$(id -g "$RUN_AS")" "$DATA" "$RUN"
  else install -d -m 700 "$DATA" "$RUN"; fi
  as test -x "$BIN/postgres" || die "$RUN_AS cannot reach $PREFIX (a parent folder is closed): set PREFIX elsewhere"

  if [ ! -f "$PREFIX/password" ]; then
    (umask 077; printf %s "${DB_PASSWORD:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}" >"$PREFIX/password")
  fi
  PASS=$(cat "$PREFIX/password")
  if [ ! -f "$PREFIX/initialized" ]; then
    find "$DATA" -mindepth 1 -delete
    log initdb
    printf %s "$PASS" | as sh -c 'umask 077; cat >"$0"' "$RUN/pw"
    as "$BIN/initdb" -D "$DATA" -U "$DB_USER" --pwfile="$RUN/pw" -A scram-sha-256 -E UTF8 \
      --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync >"$PREFIX/initdb.log" 2>&1 9>&- ||
      { cat "$PREFIX/initdb.log" >&2; die initdb; }
    as rm -f "$RUN/pw"
    local pre=; [ -f "$BIN/../lib/pg_textsearch.so" ] && pre=pg_textsearch
    # CI throw-away: durability off. pg_textsearch has to be preloaded.
    as tee -a "$DATA/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_preload_libraries = '$pre'
timezone = 'GMT'
log_timezone = 'GMT'
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
CONF
    touch "$PREFIX/initialized"
  fi

  if running; then PORT_NOW=$(as sed -n 4p "$DATA/postmaster.pid"); log "already running on port $PORT_NOW"
  else
    as rm -f "$DATA/postmaster.pid"   # stale: crash, or PREFIX restored from a cache
    local try ok=
    for try in 1 2 3 4 5; do
      PORT_NOW=${PORT:-$((20000 + (RANDOM * 32768 + RANDOM) % 12000))}
      port_free "$PORT_NOW" || continue
      if as "$BIN/pg_ctl" -D "$DATA" -w -t 60 -l "$RUN/server.log" -o "-p $PORT_NOW" start >"$PREFIX/start.log" 2>&1 9>&-
      then ok=1; break; fi
    done
    [ -n "$ok" ] || { cat "$PREFIX/start.log" >&2; as tail -30 "$RUN/server.log" >&2 || :; die "server does not start"; }
    log "started on port $PORT_NOW as $(stat -c %U "$DATA")"
  fi

  psql_ -U "$DB_USER" -d postgres -Atc "select 1 from pg_database where datname = '$DB_NAME'" | grep -q 1 ||
    psql_ -U "$DB_USER" -d postgres -c "create database \"$DB_NAME\""
  local ext missing=
  for ext in vector pg_textsearch; do
    # "create extension if not exists" alone would also pass where the library cannot be used: so use it
    local use="create temp table t_(a text, e vector(2)); insert into t_ values ('zebra', '[1,2]'); create index on t_ using hnsw (e vector_l2_ops)"
    [ $ext = vector ] ||
      use="create table pg_temp.t_(a text); insert into t_ values ('zebra'), ('lion'); create index t_b on t_ using bm25(a) with (text_config='english'); select from t_ order by a <@> to_bm25query('zebra', 't_b') limit 1"
    psql_ -U "$DB_USER" -d "$DB_NAME" -c 'set client_min_messages = warning' -c "create extension if not exists $ext" -c "$use" >/dev/null || missing+=" $ext"
  done
  psql_ -U "$DB_USER" -d "$DB_NAME" -Atc "select version()" \
    -c "select extname || ' ' || extversion from pg_extension where extname <> 'plpgsql' order by 1" >&2
  [ -z "$missing" ] || { log "MISSING EXTENSIONS:$missing"; }
  log ready
  echo "DATABASE_URL=postgresql://$DB_USER:$PASS@127.0.0.1:$PORT_NOW/$DB_NAME"
  [ -z "$missing" ] || exit 3
}

stop() {
  [ -f "$PREFIX/installed" ] || { log "nothing installed"; return; }
  BIN=$ROOT/usr/lib/postgresql/$(cat "$PREFIX/installed")/bin
  if running; then as "$BIN/pg_ctl" -D "$DATA" -w -m fast stop >&2; else log "not running"; fi
}

case ${1:-up} in
  up) up ;;
  stop) stop ;;
  destroy) stop; rm -rf "$PREFIX" ;;
  *) die "usage: $0 [up|stop|destroy]" ;;
esac
