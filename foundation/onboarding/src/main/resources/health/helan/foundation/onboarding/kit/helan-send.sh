#!/usr/bin/env bash
# A sample sender for integrators: signs in with a private key (private_key_jwt, SMART Backend Services) and sends a
# FHIR resource or HL7 v2 messages over HTTPS. Needs bash, curl, openssl. Free to copy and change.
#
#   helan-send.sh keys                          makes private-key.pem, which never leaves you, and jwks.json, to apply with
#   helan-send.sh token                         prints an access token, good for five minutes
#   helan-send.sh fhir FILE.json                creates the resource
#   helan-send.sh hl7v2 FEED FILE.hl7           sends the messages, prints the acknowledgements
#   helan-send.sh checks                        the check list of your application
#
#   HELAN_BASE    address of the platform, https://platform.example
#   HELAN_CLIENT  your client: sandbox.APPLICATION.SYSTEM, or APPLICATION.SYSTEM once live
#   HELAN_KEY     private-key.pem unless you say another
#   HELAN_CA      certificate to trust, where the system does not trust the platform's
set -euo pipefail

key=${HELAN_KEY:-private-key.pem}
curl_() { curl -sS --fail-with-body ${HELAN_CA:+--cacert "$HELAN_CA"} "$@"; }
b64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

keys() {
  (umask 077 && openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$key" 2>/dev/null)
  local modulus
  modulus=$(openssl rsa -in "$key" -noout -modulus | cut -d= -f2 | sed 's/../\\x&/g')
  printf '{"keys":[{"kty":"RSA","use":"sig","alg":"RS384","kid":"1","e":"AQAB","n":"%s"}]}\n' \
    "$(printf '%b' "$modulus" | b64url)" >jwks.json
  echo "$key, jwks.json"
}

token() {
  local head claims signature
  head=$(printf '{"alg":"RS384","typ":"JWT","kid":"1"}' | b64url)
  claims=$(printf '{"iss":"%s","sub":"%s","aud":"%s/oauth2/token","exp":%d,"jti":"%s"}' \
    "$HELAN_CLIENT" "$HELAN_CLIENT" "$HELAN_BASE" $(($(date +%s) + 240)) "$(openssl rand -hex 16)" | b64url)
  signature=$(printf '%s.%s' "$head" "$claims" | openssl dgst -sha384 -sign "$key" -binary | b64url)
  curl_ "$HELAN_BASE/oauth2/token" \
    -d grant_type=client_credentials --data-urlencode 'scope=system/*.cruds' \
    -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    -d "client_assertion=$head.$claims.$signature" |
    sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/'
}

case ${HELAN_CLIENT:-} in sandbox.*) door=/sandbox ;; *) door= ;; esac
case ${1:-} in
  keys) keys ;;
  token) token ;;
  fhir)
    type=$(tr -d '\n' <"$2" | sed 's/.*"resourceType" *: *"\([A-Za-z]*\)".*/\1/')
    curl_ "$HELAN_BASE/fhir$door/$type" -H "Authorization: Bearer $(token)" \
      -H 'Content-Type: application/fhir+json' --data-binary "@$2"
    ;;
  hl7v2)
    curl_ "$HELAN_BASE/hl7v2$door/$2" -H "Authorization: Bearer $(token)" \
      -H 'Content-Type: application/hl7-v2+er7' --data-binary "@$3" | tr '\r' '\n'
    ;;
  checks)
    id=${HELAN_CLIENT#sandbox.}
    curl_ "$HELAN_BASE/fhir$door/\$onboarding?id=${id%%.*}" -H "Authorization: Bearer $(token)"
    ;;
  *) sed -n '2,16s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
