export type SnippetLanguage = "curl" | "python" | "javascript";

export interface SnippetInput {
  readonly url: string;
  readonly body: string;
  /** Pins the request when set. */
  readonly deployment: string | null;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function curl({ url, body, deployment }: SnippetInput): string {
  const pin = deployment === null ? "" : ` \\\n  -H "azureml-model-deployment: ${deployment}"`;
  return `curl --cacert ca.pem ${url} \\\n  -H "Authorization: Bearer $SLUICE_KEY" -H "Content-Type: application/json"${pin} \\\n  -d ${quoted(body)}`;
}

function python({ url, body, deployment }: SnippetInput): string {
  const pin = deployment === null ? "" : `, "azureml-model-deployment": ${JSON.stringify(deployment)}`;
  return `import os, ssl, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(url)},
    data=${JSON.stringify(body)}.encode(),
    headers={"Authorization": "Bearer " + os.environ["SLUICE_KEY"], "Content-Type": "application/json"${pin}},
)
context = ssl.create_default_context(cafile="ca.pem")
print(urllib.request.urlopen(request, context=context).read().decode())`;
}

function javascript({ url, body, deployment }: SnippetInput): string {
  const pin = deployment === null ? "" : `, "azureml-model-deployment": ${JSON.stringify(deployment)}`;
  return `// NODE_EXTRA_CA_CERTS=ca.pem node call.mjs
const response = await fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: { authorization: \`Bearer \${process.env.SLUICE_KEY}\`, "content-type": "application/json"${pin} },
  body: ${JSON.stringify(body)},
});
console.log(response.status, await response.text());`;
}

/** A port is part of gRPC's addresses, also where it is the usual one. */
const withPort = ({ hostname, port }: URL): string => `${hostname}:${port === "" ? "443" : port}`;

/** Triton's client of gRPC as text. It dials the gateway's own address, which can be resolved everywhere, and names the endpoint's host. */
export function tritonSnippet(scoringUri: string, hostScoringUri: string): string {
  const { hostname } = new URL(hostScoringUri);
  return `# pip install "tritonclient[grpc]"
import os, tritonclient.grpc as triton

host = ${JSON.stringify(hostname)}
client = triton.InferenceServerClient(
    ${JSON.stringify(withPort(new URL(scoringUri)))}, ssl=True, root_certificates="ca.pem",
    channel_args=[("grpc.default_authority", host), ("grpc.ssl_target_name_override", host)],
)
headers = {"authorization": "Bearer " + os.environ["SLUICE_KEY"]}
model = client.get_model_repository_index(headers=headers).models[0].name
print(client.get_model_metadata(model, headers=headers))`;
}

/** A call of the endpoint as text; the key is never part of it. */
export const snippet = (language: SnippetLanguage, input: SnippetInput): string => ({ curl, python, javascript })[language](input);
