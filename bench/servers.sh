# Shared by compare-dovecot and profile: the servers' folder, ports, starting and stopping, the load generator. To be sourced; expects
# $repository and $quick to be set.
#
# Only processes that were started here are stopped, by their numbers.

node=$repository/src/MailCluster.Node/bin/Release/net10.0/mailcluster
loadgen=$repository/bench/MailCluster.LoadGenerator/bin/Release/net10.0/loadgen
sieve=no
# settings[NAME]: one more `key=value` for a server of ours; those that have none of their own have that of `ours`, which is $setting at first.
declare -A settings=([ours]=${setting:-}) pid=() rest=() imap=() imaps=() pop3=() lmtp=()

say() { printf '%s\n' "$*" >&2; }

build() {
  say "Building …"
  dotnet build -c Release "$repository/src/MailCluster.Node" -v q --nologo >&2
  dotnet build -c Release "$repository/bench/MailCluster.LoadGenerator" -v q --nologo >&2
}

# Makes $base with a certificate and the accounts; call once.
make_base() {
  base=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX")
  chmod 755 "$base"
  ulimit -n "$(ulimit -Hn)"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -keyout "$base/key.pem" -out "$base/cert.pem" 2>/dev/null
  "$loadgen" users --password '{PLAIN}secret' >"$base/users"
  cp "$repository/bench/rules.sieve" "$base/rules.sieve"
  chmod 644 "$base/users" "$base/rules.sieve"
  make_store ours
}

# Accounts whose passwords are hashed, each with a salt of its own, for logins that are to cost something: add_hashed COUNT, before the servers start. Both have
# them in the same file.
add_hashed() {
  awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++) print "secret" }' | openssl passwd -6 -stdin | awk '{ print "h" (NR - 1) "@bench.test:{SHA512-CRYPT}" $0 "::::::" }' | tee -a "$base/ours/users" >>"$base/users"
}

# A data directory of ours: make_store NAME [ACCOUNTS].
make_store() {
  mkdir -p "$base/$1"
  if (($# > 1)); then "$loadgen" users --password '{PLAIN}secret' --accounts "$2" >"$base/$1/users"; else cp "$base/users" "$base/$1/users"; fi
  pick_ports "$1"
}

pick_ports() { imap[$1]=$(free_port) imaps[$1]=$(free_port) pop3[$1]=$(free_port) lmtp[$1]=$(free_port); }

stop() {
  local server=$1 process=${pid[$1]:-}
  [ -n "$process" ] || return 0
  local children i
  children=$(cat "/proc/$process/task/$process/children" 2>/dev/null || true)
  kill "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
  # A process that hibernates sessions outlives its master for a moment, and its socket would keep the next one from starting.
  # shellcheck disable=SC2086 # One word for each process; true while any of them is there.
  for ((i = 0; i < 100; i++)); do kill -0 $children 2>/dev/null || break; sleep 0.1; done
  pid[$server]=
}

# A port that nobody listens on now. Both servers want numbers beforehand.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
}

await_greeting() {
  local port=$1 process=$2 line deadline=$((SECONDS + 60))
  while ((SECONDS < deadline)); do
    kill -0 "$process" 2>/dev/null || return 1
    if { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
      if read -r -t 5 line <&3 && [[ $line == "* OK"* ]]; then exec 3>&-; return 0; fi
      exec 3>&-
    fi
    sleep 0.005
  done
  return 1
}

start_ours() {
  local name=$1 own=${settings[$1]-${settings[ours]}} script=()
  [ $sieve = no ] || script=(--set "mailcluster.sieve.default=\"$base/rules.sieve\"")
  "$node" serve "${script[@]}" --set "mailcluster.data-dir=\"$base/$name\"" --set 'mailcluster.node.name=bench' \
    --set "mailcluster.listeners.imap={enabled=true,address=\"127.0.0.1\",port=${imap[$name]},tls=starttls}" \
    --set "mailcluster.listeners.imaps={enabled=true,address=\"127.0.0.1\",port=${imaps[$name]},tls=implicit}" \
    --set "mailcluster.listeners.pop3={enabled=true,address=\"127.0.0.1\",port=${pop3[$name]},tls=starttls}" \
    --set 'mailcluster.listeners.pop3s.enabled=false' --set 'mailcluster.listeners.managesieve.enabled=false' \
    --set "mailcluster.listeners.lmtp={enabled=true,address=\"127.0.0.1\",port=${lmtp[$name]},tls=off}" \
    --set 'mailcluster.listeners.http.enabled=false' \
    --set "mailcluster.tls.certificate=\"$base/cert.pem\"" --set "mailcluster.tls.key=\"$base/key.pem\"" \
    --set 'mailcluster.auth.allow-plaintext=true' --set 'mailcluster.auth.mechanisms=[PLAIN, LOGIN, SCRAM-SHA-256]' \
    --set 'mailcluster.auth.ban.allow=["127.0.0.0/24"]' --set 'mailcluster.auth.penalty-exempt=["127.0.0.0/24"]' \
    --set 'mailcluster.limits.connections-per-address=20000' --set 'mailcluster.limits.connections-per-account=1000' \
    --set 'mailcluster.log.level=warning' ${own:+--set "$own"} >"$base/$name.log" 2>&1 &
  pid[$name]=$!
}

# With yes, deliveries run the script bench/rules.sieve from the next start on.
sieve_of() { local traits=" $1 "; if [[ $traits == *" sieve=yes "* ]]; then echo yes; else echo no; fi; }

# Starts a server and waits for its greeting; leaves in $started_in how many milliseconds that took.
start() {
  local server=$1 begun=${EPOCHREALTIME/[.,]/}
  if [ "$server" = dovecot ]; then start_dovecot; else start_ours "$server"; fi
  await_greeting "${imap[$server]}" "${pid[$server]}" || { say "$server did not start:"; tail -n 20 "$base/$server.log" "$base/dovecot.out" >&2; exit 1; }
  started_in=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
}

# What the generator calls a server: those with a data directory of their own are ours too.
label() { if [ "$1" = dovecot ]; then echo dovecot; else echo ours; fi; }

generate() {
  local verb=$1 row=$2 server=$3 round=$4
  shift 4
  "$loadgen" "$verb" "$row" --server "$(label "$server")" --imap "${imap[$server]}" --imaps "${imaps[$server]}" --pop3 "${pop3[$server]}" --lmtp "${lmtp[$server]}" \
    --password secret --pid "${pid[$server]}" --rest "${rest[$server]:-7}" --round "$round" "${quick[@]}" "$@"
}

