import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { splitLogins } from "#server/domain/environment/index-logins";
import { testControlSettings } from "#server/testing/control-world";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";

const search = await findTestEngine();
const written = "s3cret%40word";
const meant = "s3cret@word";
const settings = { SLUICE_PIP_INDEX_URL: `http://robot:${written}@127.0.0.1:8099/simple`, HTTP_PROXY: `http://agent:${written}@127.0.0.1:9` };

/** An index of one package, for whoever signs in; on loopback of the step that runs it, as a build reaches nothing of this host. */
const index = `import base64, http.server, io, zipfile
wanted = "Basic " + base64.b64encode(b"robot:" + bytes.fromhex("${Buffer.from(meant).toString("hex")}")).decode()
name = "demo-1.0-py3-none-any.whl"
held = io.BytesIO()
with zipfile.ZipFile(held, "w") as wheel:
    wheel.writestr("demo.py", "told = 'from the index'\\n")
    wheel.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
    wheel.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("demo-1.0.dist-info/RECORD", "demo.py,,\\n")
class Index(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        signed = self.headers.get("authorization") == wanted
        self.send_response(200 if signed else 401)
        if not signed:
            self.send_header("www-authenticate", "Basic realm=index")
        wheel = self.path.endswith(".whl")
        self.send_header("content-type", "application/octet-stream" if wheel else "text/html")
        self.end_headers()
        self.wfile.write(b"" if not signed else held.getvalue() if wheel else ('<a href="/%s">%s</a>' % (name, name)).encode())
    def do_HEAD(self):
        self.send_response(405)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Index).serve_forever()
`;
const serve = "export NO_PROXY=127.0.0.1; python /srv/index.py & sleep 1";

/** Budget on two busy cores: one minute. */
describe.skipIf(search.engine === null)("the login of a package index", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    if (search.engine === null) return;
    world = await EngineWorld.open(search.engine, {
      build: { ...testControlSettings.build, timeoutMs: 120_000, cpuCores: 2, memoryMib: 2048, ...splitLogins(settings) },
    });
  });
  afterAll(() => world.close());

  async function bytesOf(reference: string): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of await world.engine.docker.getImage(reference).get()) pieces.push(piece as Uint8Array);
    return Buffer.concat(pieces).toString("latin1");
  }

  it("is used by pip and uv, and is in neither the image, its layers, their history nor the log", async () => {
    const dockerfile = [
      `FROM ${world.engine.images.inference}`,
      "USER root",
      "ARG SLUICE_PIP_INDEX_URL",
      "COPY index.py /srv/index.py",
      `RUN ${serve}; /opt/uv/bin/uv pip install --target /srv/uv --default-index "$SLUICE_PIP_INDEX_URL" demo`,
      `RUN ${serve}; /opt/uv/bin/pip install --target /srv/pip --index-url "$SLUICE_PIP_INDEX_URL" demo`,
      `RUN cat /srv/uv/demo.py /srv/pip/demo.py && echo "proxy $HTTP_PROXY logins $FTP_PROXY" && ! ls /dev/shm/netrc`,
      "",
    ].join("\n");
    const build = await world.build({ dockerfile, contextCodeId: await world.code({ "index.py": index }) });
    const log = await world.log(build.id);
    expect([build.state, build.message, build.state === "Failed" ? log : []]).toEqual(["Succeeded", null, []]);
    expect(log.filter((line) => line === "told = 'from the index'")).toHaveLength(2);
    expect(log).toContain("proxy http://***@127.0.0.1:9 logins machine 127.0.0.1 login robot password ***");

    const { docker } = world.engine;
    const layers = log.flatMap((line) => /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? []);
    expect(layers.length).toBeGreaterThan(5);
    const told = await Promise.all(
      [...layers, build.imageRef ?? ""].map(async (id) => [await docker.getImage(id).inspect(), (await docker.getImage(id).history()) as unknown]),
    );
    const history = JSON.stringify(told);
    expect(history).toContain("SLUICE_PIP_INDEX_URL=http://127.0.0.1:8099/simple");
    const all = `${history}\n${log.join("\n")}\n${await bytesOf(build.imageRef ?? "")}`;
    for (const secret of [written, meant]) expect(all.includes(secret), secret).toBe(false);
  });

  it("is not written into the history by an ARG line: such a Dockerfile is refused", async () => {
    const build = await world.build({ dockerfile: `FROM ${world.engine.images.python}\nARG HTTP_PROXY\nRUN true\n` });
    expect(build).toMatchObject({
      state: "Failed",
      reason: "DockerfileInvalid",
      message: "Line 2: ARG HTTP_PROXY would keep a password in the image's history.",
      hint: "Leave the line out: every RUN has that variable without it.",
    });
  });
});
