import { roles } from "#server/domain/access/role";
import { z } from "zod";
import { timestampSchema } from "./common";

export { roles };
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** Who is signed in, and in which currency (ISO 4217) the installation counts. */
export const meSchema = z.object({ id: z.string(), name: z.string(), email: z.string(), role: roleSchema, workspace: z.string(), currency: z.string() });
export type MeDto = z.infer<typeof meSchema>;

export const createTokenSchema = z.object({
  name: z.string().min(1).max(100),
  role: roleSchema,
  expiresInDays: z.number().int().min(1).max(365).nullable().default(90),
});
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: timestampSchema,
  expiresAt: timestampSchema.nullable(),
  lastUsedAt: timestampSchema.nullable(),
});
export type TokenDto = z.infer<typeof tokenSchema>;

export const personRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  disabled: z.boolean(),
  createdAt: timestampSchema,
});
export type PersonDto = z.infer<typeof personRowSchema>;
export const createPersonSchema = z.object({ email: z.email(), name: z.string().min(1).max(200), role: roleSchema, password: z.string().min(12).max(200) });
export const updatePersonSchema = z.object({ userId: z.string(), role: roleSchema.optional(), disabled: z.boolean().optional() });
export const changePasswordSchema = z.object({ current: z.string(), next: z.string().min(12).max(200) });
