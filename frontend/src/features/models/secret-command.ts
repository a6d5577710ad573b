/** The command that makes the Secret of a Model. The key comes from a variable of the shell. */

export interface SecretPlace {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

/** Reads the key without echo and hands it to kubectl on its input: arguments are seen by others. */
export function kubectlCommand(place: SecretPlace): string {
  const { namespace, name, key } = filled(place);
  return [
    "read -rs API_KEY   # paste the key, then press Enter",
    `printf %s "$API_KEY" | kubectl create secret generic ${name} \\`,
    `  --namespace ${namespace} --from-file=${key}=/dev/stdin`,
  ].join("\n");
}

/** The same without Kubernetes. */
export function quarterdeckCommand(place: SecretPlace): string {
  const { namespace, name, key } = filled(place);
  return [
    "read -rs API_KEY   # paste the key, then press Enter",
    "quarterdeck apply -f - <<END",
    "apiVersion: v1",
    "kind: Secret",
    `metadata: {name: ${name}, namespace: ${namespace}}`,
    `stringData: {${key}: "$API_KEY"}`,
    "END",
  ].join("\n");
}

/** Only names that are safe in a shell are put into it; anything else stays a blank to fill. */
function filled({ namespace, name, key }: SecretPlace): SecretPlace {
  return {
    namespace: safe(namespace) ?? "NAMESPACE",
    name: safe(name) ?? "SECRET",
    key: safe(key) ?? "apiKey",
  };
}

function safe(text: string): string | undefined {
  return /^[A-Za-z0-9][-._A-Za-z0-9]*$/.test(text) ? text : undefined;
}
