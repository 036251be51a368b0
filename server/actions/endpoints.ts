"use server";
import { defineAction } from "#server/api/define-action";
import { clientKeyRefSchema, createClientKeySchema, rotateClientKeySchema, updateClientKeySchema } from "#server/contract/client-key";
import {
  createEndpointSchema,
  deleteEndpointSchema,
  regenerateKeySchema,
  requestEndpointTokenSchema,
  updateEndpointSchema,
  updateMirrorSchema,
  updateTrafficSchema,
} from "#server/contract/endpoint";
import { addDomainSchema, endpointDomainRefSchema, replaceDomainCertificateSchema } from "#server/contract/endpoint-domain";
import { endpointRefSchema } from "#server/contract/params";
import { createClientKey, revokeClientKey, rotateClientKey, updateClientKey } from "#server/operations/client-keys";
import { createEndpoint } from "#server/operations/create-endpoint";
import { deleteEndpoint } from "#server/operations/delete-endpoint";
import { addDomain, removeDomain, replaceDomainCertificate } from "#server/operations/endpoint-domains";
import { getEndpointKeys, regenerateKey } from "#server/operations/endpoint-keys";
import { getEndpointToken } from "#server/operations/endpoint-token";
import { updateEndpoint } from "#server/operations/update-endpoint";
import { updateLimitsSchema } from "#server/contract/limits";
import { updateRoutingSchema } from "#server/contract/routing-options";
import { updateLimits } from "#server/operations/limits";
import { updateMirror } from "#server/operations/update-mirror";
import { updateRouting } from "#server/operations/update-routing";
import { updateTraffic } from "#server/operations/update-traffic";

export const createEndpointAction = defineAction(createEndpointSchema, createEndpoint);
export const updateEndpointAction = defineAction(updateEndpointSchema, updateEndpoint);
export const deleteEndpointAction = defineAction(deleteEndpointSchema, deleteEndpoint);
export const updateTrafficAction = defineAction(updateTrafficSchema, updateTraffic);
export const updateLimitsAction = defineAction(updateLimitsSchema, updateLimits);
export const updateRoutingAction = defineAction(updateRoutingSchema, updateRouting);
export const updateMirrorAction = defineAction(updateMirrorSchema, updateMirror);
export const revealKeysAction = defineAction(endpointRefSchema, getEndpointKeys);
export const fetchTokenAction = defineAction(requestEndpointTokenSchema, getEndpointToken);
export const regenerateKeyAction = defineAction(regenerateKeySchema, regenerateKey);
export const addDomainAction = defineAction(addDomainSchema, addDomain);
export const replaceDomainCertificateAction = defineAction(replaceDomainCertificateSchema, replaceDomainCertificate);
export const removeDomainAction = defineAction(endpointDomainRefSchema, removeDomain);
export const createClientKeyAction = defineAction(createClientKeySchema, createClientKey);
export const updateClientKeyAction = defineAction(updateClientKeySchema, updateClientKey);
export const rotateClientKeyAction = defineAction(rotateClientKeySchema, rotateClientKey);
export const revokeClientKeyAction = defineAction(clientKeyRefSchema, revokeClientKey);
