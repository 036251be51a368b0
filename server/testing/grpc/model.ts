import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Metadata, Server, ServerCredentials, type MethodDefinition, type ServerDuplexStream, type ServiceDefinition } from "@grpc/grpc-js";

export const grpcService = "sluice.test.Model";

type Call = ServerDuplexStream<Buffer, Buffer>;
const same = (value: Buffer): Buffer => value;

/** On the wire every kind of method is the same: messages there, messages back, a status. */
const method = (name: string): MethodDefinition<Buffer, Buffer> => ({
  path: `/${grpcService}/${name}`,
  requestStream: true,
  responseStream: true,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});
const service: ServiceDefinition = { Say: method("Say"), Count: method("Count"), Chat: method("Chat") };

export interface SeenCall {
  readonly name: string;
  readonly method: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A model's gRPC server in this process, without TLS. `Say` answers the first message with name and size, `Count` with so many messages as it says, 20 ms
 * apart, `Chat` every message at once. Metadata `x-do` asks for something else: `fail-<code>` before any message, `late-<code>` after them, `wait-<ms>`.
 */
export class GrpcModel {
  readonly seen: SeenCall[] = [];
  running = 0;
  port = 0;
  private server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });

  constructor(readonly name: string) {}

  async start(): Promise<this> {
    const { server } = this;
    const handler = (name: string, act: (call: Call) => Promise<void>) => (call: Call) => void this.handle(name, call, act);
    server.addService(service, {
      Say: handler("Say", async (call) => {
        const [message] = (await once(call, "data")) as [Buffer];
        call.write(Buffer.from(JSON.stringify({ model: this.name, bytes: message.length })));
      }),
      Count: handler("Count", async (call) => {
        const [message] = (await once(call, "data")) as [Buffer];
        for (let number = 1; number <= Number(message.toString()); number += 1) {
          call.write(Buffer.from(String(number)));
          await pause(20);
        }
      }),
      Chat: handler("Chat", async (call) => {
        call.on("data", (message: Buffer) => call.write(message));
        await once(call, "end");
      }),
    });
    this.port = await new Promise((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => (error === null ? resolve(port) : reject(error)));
    });
    return this;
  }

  private async handle(name: string, call: Call, act: (call: Call) => Promise<void>): Promise<void> {
    this.running += 1;
    call.on("error", () => undefined);
    const metadata = Object.fromEntries(Object.entries(call.metadata.getMap()).map(([key, value]) => [key, String(value)]));
    this.seen.push({ name: this.name, method: name, metadata });
    const [verb = "", argument = "0"] = (metadata["x-do"] ?? "").split("-");
    const fail = () => {
      const trailers = new Metadata();
      trailers.set("x-model-says", this.name);
      call.emit("error", { code: Number(argument), details: `the model says ${argument}`, metadata: trailers });
    };
    try {
      if (verb === "wait") await pause(Number(argument));
      if (verb === "fail") {
        fail();
        return;
      }
      await act(call);
      if (verb === "late") {
        fail();
        return;
      }
      const trailers = new Metadata();
      trailers.set("x-model-says", this.name);
      call.end(trailers);
    } finally {
      this.running -= 1;
    }
  }

  /** Ends it and breaks whatever it is doing. */
  stop(): Promise<void> {
    this.server.forceShutdown();
    return Promise.resolve();
  }
}
