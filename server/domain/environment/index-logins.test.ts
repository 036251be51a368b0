import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withLogins } from "../../../scripts/lib/image-plans/logins.mjs";
import { argumentWithLogin, loginsArgument, splitLogins, withIndexLogins, withoutLogins } from "./index-logins";

const given = {
  SLUICE_PIP_INDEX_URL: "https://robot:p%40ss-word@packages.example.com:8443/simple?a=b@c",
  SLUICE_PIP_EXTRA_INDEX_URL: "https://packages.example.com/extra@1",
  HTTP_PROXY: "http://agent:hush-hush@proxy.example.com:3128",
  NO_PROXY: "localhost",
};

describe("logins of package indexes and proxies", () => {
  const { buildArgs, logins } = splitLogins(given);

  it("are taken out of the indexes' addresses and go by a netrc file; proxies keep theirs", () => {
    expect(buildArgs).toEqual({
      ...given,
      SLUICE_PIP_INDEX_URL: "https://packages.example.com:8443/simple?a=b@c",
    });
    expect(logins.netrc?.reveal()).toBe("machine packages.example.com login robot password p@ss-word");
    expect(splitLogins({ NO_PROXY: "a", SLUICE_PIP_INDEX_URL: "https://packages.example.com/simple" }).logins).toEqual({ netrc: null, hidden: [] });
  });

  it("are hidden in lines, as they are written and as they are meant", () => {
    expect(withoutLogins("a p@ss-word b robot:p%40ss-word@x c hush-hush agent", logins)).toBe("a *** b ***@x c *** agent");
  });

  it("reach the steps that name an index, and no other", () => {
    const dockerfile = [
      "FROM a",
      "ARG SLUICE_PIP_INDEX_URL=",
      "RUN true",
      "run pip install \\",
      "  # the index",
      '  -i "$SLUICE_PIP_INDEX_URL" demo',
      'RUN ["pip", "install", "-i", "$SLUICE_PIP_INDEX_URL"]',
      'RUN uv pip install --default-index "$TORCH_INDEX_URL" torch',
    ];
    const lines = withIndexLogins(dockerfile.join("\n")).split("\n");
    const changed = lines.flatMap((line, index) => (line === dockerfile[index] ? [] : [index + 1]));
    expect(changed).toEqual([4, 8]);
    expect(lines[3]).toMatch(new RegExp(`^run \\(umask 077; .*"\\$${loginsArgument}" > /dev/shm/netrc\\); export NETRC=/dev/shm/netrc; pip install`));
  });

  it.each([
    ["serving/python-base", 1],
    ["serving/environment", 1],
    ["torch/", 2],
    ["triton/", 1],
  ])("reach the steps of %s, whether set-up or the control plane builds it", (name, steps) => {
    const file = new URL(`../../../images/${name.endsWith("/") ? name : `${name}.`}Dockerfile`, import.meta.url);
    const dockerfile = readFileSync(file, "utf8");
    const changed = withIndexLogins(dockerfile);
    expect(changed.split("NETRC=").length - 1).toBe(steps);
    expect(changed.replaceAll(/\(umask.*?\/netrc; /g, "")).toBe(dockerfile);
    // Set-up gives PyTorch's own index no login: only the control plane builds that image.
    if (name !== "torch/") expect(withLogins(dockerfile)).toBe(changed);
  });

  it("are never declared, which would write them into the history", () => {
    const declaring = (line: string) => argumentWithLogin(`FROM a\nARG OTHER=1\n${line}\n`, buildArgs, logins);
    expect(declaring("ARG HTTP_PROXY")).toEqual({ line: 3, name: "HTTP_PROXY" });
    expect(declaring("ARG HTTP_PROXY=http://x")).toEqual({ line: 3, name: "HTTP_PROXY" });
    expect(declaring(`ARG ${loginsArgument}`)).toEqual({ line: 3, name: loginsArgument });
    expect(declaring("ARG NO_PROXY SLUICE_PIP_INDEX_URL")).toBeNull();
    expect(argumentWithLogin(`FROM a\nARG HTTP_PROXY ${loginsArgument}\n`, { HTTP_PROXY: "http://proxy.example.com" }, { netrc: null, hidden: [] })).toBeNull();
  });
});
