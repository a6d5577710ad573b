#!/bin/sh
# Writes nginx's configuration from the environment, then becomes nginx. The root file system may be
# read-only; /tmp must not be.
set -eu

refuse() { echo "quarterdeck-ui: $1" >&2; exit 64; }

is_number() { case $2 in '' | *[!0-9]*) refuse "$1 must be a number" ;; esac; }

upstream=${QUARTERDECK_GATEWAY_UPSTREAM:-}
[ -n "$upstream" ] || refuse 'set QUARTERDECK_GATEWAY_UPSTREAM to the gateway, like gateway:8000'
case $upstream in *[!A-Za-z0-9.:_[\]-]*) refuse 'QUARTERDECK_GATEWAY_UPSTREAM must be host:port' ;; esac

# nginx asks the name server itself and knows no search list: NAME.NAMESPACE.svc gets the cluster's domain.
host=${upstream%%:*} rest=${upstream#"${upstream%%:*}"}
case $host in
  *.svc)
    domain=$(awk '$1 == "search" { for (i = 2; i <= NF; i++) if ($i ~ /^svc\./) print substr($i, 5) }' /etc/resolv.conf)
    host=$host.${domain:-cluster.local} ;;
esac
export QUARTERDECK_GATEWAY_UPSTREAM="$host$rest"

servers=$(awk '$1 == "nameserver" { printf "%s ", ($2 ~ /:/ ? "[" $2 "]" : $2) }' /etc/resolv.conf)
export QUARTERDECK_NGINX_RESOLVERS="${servers:-127.0.0.11}"
# Two sockets: one for both families would name IPv4 clients ::ffff:192.0.2.1, which no network matches.
export QUARTERDECK_NGINX_LISTEN='listen 8080;'
[ ! -s /proc/net/if_inet6 ] || QUARTERDECK_NGINX_LISTEN='listen 8080; listen [::]:8080;'

proxies=$(printf '%s' "${QUARTERDECK_TRUSTED_PROXIES:-}" | tr ',' ' ')
case $proxies in *[!0-9A-Fa-f:./\ ]*) refuse 'QUARTERDECK_TRUSTED_PROXIES must be networks like 10.0.3.0/24,fd00::/8' ;; esac
export QUARTERDECK_NGINX_REAL_IP='' QUARTERDECK_NGINX_PROXIES=''
for network in $proxies; do
  QUARTERDECK_NGINX_REAL_IP="$QUARTERDECK_NGINX_REAL_IP set_real_ip_from $network;"
  QUARTERDECK_NGINX_PROXIES="$QUARTERDECK_NGINX_PROXIES $network 1;"
done
export QUARTERDECK_NGINX_WORKERS="${QUARTERDECK_NGINX_WORKERS:-2}"
export QUARTERDECK_MAX_BODY_BYTES="${QUARTERDECK_MAX_BODY_BYTES:-4194304}"
export QUARTERDECK_MAX_CONNECTIONS_PER_ADDRESS="${QUARTERDECK_MAX_CONNECTIONS_PER_ADDRESS:-256}"
export QUARTERDECK_PROXY_TIMEOUT_SECONDS="${QUARTERDECK_PROXY_TIMEOUT_SECONDS:-330}"
for name in QUARTERDECK_NGINX_WORKERS QUARTERDECK_MAX_BODY_BYTES QUARTERDECK_MAX_CONNECTIONS_PER_ADDRESS \
  QUARTERDECK_PROXY_TIMEOUT_SECONDS; do
  eval "is_number $name \"\$$name\""
done

envsubst '${QUARTERDECK_GATEWAY_UPSTREAM} ${QUARTERDECK_MAX_BODY_BYTES} ${QUARTERDECK_MAX_CONNECTIONS_PER_ADDRESS}
  ${QUARTERDECK_NGINX_LISTEN} ${QUARTERDECK_NGINX_PROXIES} ${QUARTERDECK_NGINX_REAL_IP}
  ${QUARTERDECK_NGINX_RESOLVERS} ${QUARTERDECK_NGINX_WORKERS} ${QUARTERDECK_PROXY_TIMEOUT_SECONDS}' \
  </etc/quarterdeck/nginx.conf.template >/tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
