import { z } from "zod";
import { connectionKinds, connectionStates } from "#server/domain/connection/types";
import { timestampSchema } from "./common";

/** Longer than any password or token that registries hand out. */
const secretSchema = z.string().min(1).max(10_000);
const usernameSchema = z.string().min(1).max(255);
const addressSchema = z.string().min(1).max(255);

export const createConnectionSchema = z.object({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "Start with a letter or digit; use letters, digits, dashes, dots and underscores."),
  kind: z.enum(connectionKinds),
  /** Host of the registry, with the beginning of a repository where the credentials are for a part of it. */
  address: addressSchema,
  username: usernameSchema,
  password: secretSchema,
});

/** What is left out stays. Another address needs the password again: a secret never follows to a place that it was not given for. */
export const updateConnectionSchema = z.object({
  id: z.string().min(1).max(255),
  address: addressSchema.optional(),
  username: usernameSchema.optional(),
  password: secretSchema.optional(),
});

export const connectionSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(connectionKinds),
  address: z.string(),
  username: z.string(),
  /** What the last sign-in came to; `Unchecked` until the control plane has tried. */
  state: z.enum(connectionStates),
  message: z.string().nullable(),
  checkedAt: timestampSchema.nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type ConnectionDto = z.infer<typeof connectionSchema>;
