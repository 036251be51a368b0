import type { Clock } from "#server/kernel/clock";
import { openLogWriter } from "#server/telemetry/logs/writer";
import { buildLogPath, instanceLogPath } from "#server/telemetry/paths";
import type { LineWriter, LogSink } from "./context";

/** Build logs are long and read to their end. */
const buildLogBytes = 16 * 1024 * 1024;
const initializerLogBytes = 1024 * 1024;

/** Keeps lines of builds and storage initializers in the data folder, where the studio's log viewer finds them. */
export function fileLogSink(home: string, clock: Clock): LogSink {
  const open = async (file: string, maxBytes: number): Promise<LineWriter> => {
    const writer = await openLogWriter({ file, maxBytes, clock });
    return {
      write: (text) => {
        writer.write({ at: clock.now(), stream: "stdout", text });
      },
      flush: () => writer.flush(),
    };
  };
  return {
    build: (buildId) => open(buildLogPath(home, buildId), buildLogBytes),
    storageInitializer: (deploymentId, contentHash) => open(instanceLogPath(home, deploymentId, "storage-initializer", contentHash), initializerLogBytes),
  };
}
