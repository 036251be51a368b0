import { z } from "zod";
import { connectionKinds, connectionStates } from "#server/domain/connection/types";
import { timestampSchema } from "./common";

/** Longer than any password or token that registries hand out. */
const secretSchema = z.string().min(1).max(10_000);
const usernameSchema = z.string().min(1).max(255);
const addressSchema = z.string().min(1).max(255);
const regionSchema = z.string().regex(/^[a-z0-9-]{1,64}$/, "Use the name of a region, such as eu-central-1.");

export const createConnectionSchema = z.object({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "Start with a letter or digit; use letters, digits, dashes, dots and underscores."),
  kind: z.enum(connectionKinds),
  /** Of kind `s3` the http(s) address of the storage. Of a registry its host, with the beginning of a repository where the credentials are for a part of it. */
  address: addressSchema,
  /** With kind `s3` the access key's id, and `password` its secret. */
  username: usernameSchema,
  password: secretSchema,
  /** Of kind `s3` only. */
  region: regionSchema.default("us-east-1"),
});

/** What is left out stays. Another address needs the password again: a secret never follows to a place that it was not given for. */
export const updateConnectionSchema = z.object({
  id: z.string().min(1).max(255),
  address: addressSchema.optional(),
  username: usernameSchema.optional(),
  password: secretSchema.optional(),
  region: regionSchema.optional(),
});

export const connectionSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(connectionKinds),
  address: z.string(),
  username: z.string(),
  /** Null but for kind `s3`. */
  region: z.string().nullable(),
  /** What the last sign-in came to; `Unchecked` until the control plane has tried. */
  state: z.enum(connectionStates),
  message: z.string().nullable(),
  checkedAt: timestampSchema.nullable(),
  createdBy: z.string(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type ConnectionDto = z.infer<typeof connectionSchema>;
