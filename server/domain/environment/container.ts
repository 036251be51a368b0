import { invalidInput, type FieldError, type SluiceError } from "../errors";

/** What an environment may change of how its container is run. Everything else about a container is the platform's. */
export interface ContainerSettings {
  /** In place of the image's command; what the image has as entry point stays before it. Null for the image's own. */
  readonly command: readonly string[] | null;
  /** `uid` or `uid:gid` in numbers; null for the platform's user. */
  readonly user: string | null;
  /** Size of `/dev/shm`, which counts as the instance's memory; null for the engine's 64 MiB. */
  readonly sharedMemoryMib: number | null;
}

export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
}

const userPattern = /^(\d{1,5})(?::(\d{1,5}))?$/;
/** 65535 means "nobody at all" to the kernel's own calls. */
const largestId = 65_534;
const mostArguments = 64;

/** The ids that a text means; null for one that is refused. Without a group, the group has the user's number. */
export function parseUser(text: string): ContainerUser | null {
  const match = userPattern.exec(text);
  if (match === null) return null;
  const uid = Number(match[1]);
  const gid = Number(match[2] ?? match[1]);
  return uid >= 1 && uid <= largestId && gid <= largestId ? { uid, gid } : null;
}

const refuse = (code: string, message: string, field: FieldError): SluiceError => invalidInput(code, message, [field]);

function judgeUser(user: string): SluiceError | null {
  if (parseUser(user) !== null) return null;
  const isRoot = /^0+(:|$)/.test(user) || user.split(":")[0] === "root";
  return refuse("environment.user_not_allowed", isRoot ? "Instances never run as root." : `${user.slice(0, 40)} is not a user in numbers.`, {
    path: "container.user",
    // A name would be looked up in the image's own list of users, which may call anybody 0.
    message: isRoot ? "is root" : "is not a number from 1 to 65534",
    remedy: "Give a number such as 1000, or user and group such as 1000:1000.",
  });
}

/** Refuses settings that no policy allows; null when there is nothing against them. */
export function judgeContainer({ command, user, sharedMemoryMib }: ContainerSettings): SluiceError | null {
  if (command !== null && (command.length === 0 || command.length > mostArguments || command[0] === "" || command.some((part) => part.includes("\0"))))
    return refuse("environment.command_invalid", "The command is not one that can be run.", {
      path: "container.command",
      message: `has no program, more than ${String(mostArguments)} parts, or a zero byte`,
      remedy: 'Give program and arguments one by one, such as ["python", "serve.py"], or leave it out for the image\'s own.',
    });
  if (sharedMemoryMib !== null && !(Number.isInteger(sharedMemoryMib) && sharedMemoryMib >= 1))
    return refuse("environment.shared_memory_invalid", "The shared memory is not a whole number of MiB.", {
      path: "container.sharedMemoryMib",
      message: "is not a whole number of at least 1",
      remedy: "Give it in MiB, or leave it out for 64.",
    });
  return user === null ? null : judgeUser(user);
}

/** Shared memory counts as the instance's memory, and the server needs some of that too. */
export function judgeSharedMemory(container: ContainerSettings | null, type: { readonly name: string; readonly memoryMib: number }): SluiceError | null {
  const wanted = container?.sharedMemoryMib ?? 0;
  if (wanted < type.memoryMib) return null;
  return refuse(
    "deployment.shared_memory_too_large",
    `The environment asks for ${String(wanted)} MiB of shared memory, and ${type.name} has ${String(type.memoryMib)} MiB in all.`,
    { path: "instanceType", message: "has too little memory", remedy: "Choose a larger instance type, or ask for less shared memory in the environment." },
  );
}
