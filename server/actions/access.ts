"use server";
import { defineAction } from "#server/api/define-action";
import { callerProviderInputSchema } from "#server/contract/caller-provider";
import { updateCallerProvider } from "#server/operations/caller-provider";
import { changePasswordSchema, createPersonSchema, createTokenSchema, updatePersonSchema } from "#server/contract/access";
import { emptySchema, idSchema } from "#server/contract/params";
import { changePassword, createPerson, createToken, revokeToken, signOutEverywhere, updatePerson } from "#server/operations/access";

export const createTokenAction = defineAction(createTokenSchema, createToken);
export const revokeTokenAction = defineAction(idSchema, revokeToken);
export const createPersonAction = defineAction(createPersonSchema, createPerson);
export const updatePersonAction = defineAction(updatePersonSchema, updatePerson);
export const changePasswordAction = defineAction(changePasswordSchema, changePassword);
export const signOutEverywhereAction = defineAction(emptySchema, signOutEverywhere);
export const updateCallerProviderAction = defineAction(callerProviderInputSchema, updateCallerProvider);
