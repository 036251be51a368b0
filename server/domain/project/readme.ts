import type { ProjectBuild } from "./build-files";
import { dockerCommands } from "./docker-run";
import type { ProjectInput } from "./types";

const table = (rows: readonly (readonly [string, string])[]): string =>
  ["| | |", "|---|---|", ...rows.map(([name, text]) => `| ${name} | ${text} |`)].join("\n");

function contents({ model, withModel, code, sample }: ProjectInput, build: ProjectBuild | null): string {
  const rows: (readonly [string, string] | false)[] = [
    ["`deployment.yml`, `endpoint.yml`", "the deployment and its endpoint, in the fields of Azure's YAML; environment variables as they were given"],
    model !== null && ["`model/`", withModel ? `${model.name}:${String(model.version)}` : `left out; \`model/FETCH.md\` says how to get ${model.name}:${String(model.version)}`],
    code !== null && [`\`code/${code.rootName}/\``, "the scoring script's folder"],
    build?.folder !== "environment" && ["`environment/`", "what the environment was made of, as it was registered; absent for an image that is used as it is"],
    build?.folder != null && [`\`${build.folder}/Dockerfile\``, "builds the image without Sluice"],
    sample !== null && ["`sample-request.json`", "a request that the model takes"],
    ["`.devcontainer/`, `.vscode/`", "the same image as a dev container, and a debugger"],
  ]; // prettier-ignore
  return table(rows.filter((row) => row !== false));
}

function withoutSluice(input: ProjectInput, build: ProjectBuild | null): string {
  if (build === null) return "";
  const { spec } = input.environment;
  const sameBase = build.folder !== null && spec.image === null && spec.dockerfile === null;
  return `
## Run it without Sluice

\`\`\`
${dockerCommands(input, build).join("\n")}
\`\`\`
${
  build.folder === null
    ? ""
    : `
Packages that the environment does not pin can be newer than those of the running image.${
        sameBase
          ? ` The platform's own Python base has the name \`${input.parts.images.python}\`; where it is, \`--build-arg SLUICE_BASE_IMAGE=\` takes it.`
          : ""
      }
`
}`;
}

const insideEditor = ({ deployment, withModel, model }: ProjectInput): string => {
  const script = deployment.spec.codeConfiguration?.scoringScript;
  const first = model === null || withModel ? "" : " once the model lies in `model/`";
  return `Or open the folder in VS Code and reopen it in its dev container${first}${
    script === undefined ? "" : `: F5 serves \`${script}\` there, and breakpoints stop it`
  }.\n`;
};

/** What somebody reads first who opens the folder. */
export function projectReadme(input: ProjectInput, build: ProjectBuild | null): string {
  const { endpoint, deployment, sample, image } = input;
  const selection = `-e ${endpoint.name} -d ${deployment.name}`;
  return `# ${endpoint.name}/${deployment.name}

The deployment as it was served${image === null ? "" : `, with the image \`${image}\``}.

${contents(input, build)}

## Run it

In a clone of Sluice, which has the command:

\`\`\`
npx sluice local up -f <this folder>/deployment.yml --watch
npx sluice local invoke ${selection} ${sample === null ? `--data '{"data": []}'` : "-r <this folder>/sample-request.json"}
npx sluice local down ${selection}
\`\`\`

\`--vscode\` instead of \`--watch\` starts it with a debugger and writes the debugger's address into \`.vscode/launch.json\`.
${insideEditor(input)}${withoutSluice(input, build)}`;
}
