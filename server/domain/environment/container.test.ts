import { describe, expect, it } from "vitest";
import { judgeContainer, judgeSharedMemory, parseUser, type ContainerSettings } from "./container";

const settings = (over: Partial<ContainerSettings> = {}): ContainerSettings => ({ command: null, user: null, sharedMemoryMib: null, ...over });

describe("how an environment's container is run", () => {
  it.each<[string, Partial<ContainerSettings>]>([
    ["nothing of its own", {}],
    ["a command, a user and shared memory", { command: ["serve", ""], user: "1000", sharedMemoryMib: 256 }],
    ["root's group, as images for any user expect", { user: "1000:0" }],
  ])("may name %s", (_, over) => {
    expect(judgeContainer(settings(over))).toBeNull();
  });

  it.each<[string, Partial<ContainerSettings>, string, string]>([
    ["root", { user: "0:1000" }, "environment.user_not_allowed", "never run as root"],
    ["root by name", { user: "root" }, "environment.user_not_allowed", "never run as root"],
    ["a name", { user: "nginx" }, "environment.user_not_allowed", "not a user in numbers"],
    ["a number that is no user", { user: "65535" }, "environment.user_not_allowed", "not a user in numbers"],
    ["no program", { command: [] }, "environment.command_invalid", "cannot"],
    ["a program without a name", { command: ["", "x"] }, "environment.command_invalid", "cannot"],
    ["a zero byte", { command: ["a\0b"] }, "environment.command_invalid", "cannot"],
    ["half a MiB", { sharedMemoryMib: 0.5 }, "environment.shared_memory_invalid", "whole number"],
    ["no shared memory at all", { sharedMemoryMib: 0 }, "environment.shared_memory_invalid", "whole number"],
  ])("may not name %s, and is told field and remedy", (_, over, code, words) => {
    const refusal = judgeContainer(settings(over));
    expect(refusal?.code).toBe(code);
    expect(refusal?.message.replace("is not one that can", "cannot")).toContain(words);
    expect(refusal?.fields[0]?.remedy).not.toBe("");
  });

  it("gives a user without a group the group of the same number", () => {
    expect([parseUser("1500"), parseUser("1500:7"), parseUser("99999")]).toEqual([{ uid: 1500, gid: 1500 }, { uid: 1500, gid: 7 }, null]);
  });

  it("leaves the server some of the instance's memory", () => {
    const type = { name: "sluice.nano", memoryMib: 256 };
    expect(judgeSharedMemory(settings({ sharedMemoryMib: 255 }), type)).toBeNull();
    expect(judgeSharedMemory(null, type)).toBeNull();
    expect(judgeSharedMemory(settings({ sharedMemoryMib: 256 }), type)).toMatchObject({
      code: "deployment.shared_memory_too_large",
      message: expect.stringContaining("sluice.nano has 256 MiB") as unknown,
    });
  });
});
