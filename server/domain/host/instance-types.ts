import type { InstanceType } from "./types";

type Row = readonly [name: string, cpuCores: number, memoryGib: number, pricePerHour: number, gpuCount?: number];

const family = (name: string, rows: readonly Row[]): InstanceType[] =>
  rows.map(([type, cpuCores, memoryGib, pricePerHour, gpuCount = 0]) => ({
    name: type,
    cpuCores,
    memoryMib: Math.round(memoryGib * 1024),
    gpuCount,
    pricePerHour,
    family: name,
  }));

/**
 * The instance types of a new installation: small ones of our own for small machines, then Azure's names with their sizes and
 * pay-as-you-go prices (US dollars, Linux, a European or US region; to be adapted by the operator, who owns the machines).
 */
export const defaultInstanceTypes: readonly InstanceType[] = [
  ...family("sluice", [
    ["sluice.nano", 0.25, 0.25, 0.005],
    ["sluice.micro", 0.5, 0.5, 0.01],
    ["sluice.small", 1, 1, 0.02],
    ["sluice.medium", 1, 2, 0.04],
    ["sluice.large", 2, 4, 0.08],
  ]),
  ...family("DSv2", [
    ["Standard_DS1_v2", 1, 3.5, 0.073],
    ["Standard_DS2_v2", 2, 7, 0.146],
    ["Standard_DS3_v2", 4, 14, 0.293],
    ["Standard_DS4_v2", 8, 28, 0.585],
    ["Standard_DS5_v2", 16, 56, 1.17],
  ]),
  ...family("Fsv2", [
    ["Standard_F2s_v2", 2, 4, 0.085],
    ["Standard_F4s_v2", 4, 8, 0.169],
    ["Standard_F8s_v2", 8, 16, 0.338],
    ["Standard_F16s_v2", 16, 32, 0.677],
  ]),
  ...family("Dv3", [
    ["Standard_D2_v3", 2, 8, 0.096],
    ["Standard_D4_v3", 4, 16, 0.192],
    ["Standard_D8_v3", 8, 32, 0.384],
    ["Standard_D16_v3", 16, 64, 0.768],
  ]),
  ...family("Dv5", [
    ["Standard_D2_v5", 2, 8, 0.096],
    ["Standard_D4_v5", 4, 16, 0.192],
    ["Standard_D8_v5", 8, 32, 0.384],
    ["Standard_D16_v5", 16, 64, 0.768],
  ]),
  ...family("Esv3", [
    ["Standard_E2s_v3", 2, 16, 0.126],
    ["Standard_E4s_v3", 4, 32, 0.252],
    ["Standard_E8s_v3", 8, 64, 0.504],
    ["Standard_E16s_v3", 16, 128, 1.008],
  ]),
  ...family("NCasT4v3", [
    ["Standard_NC4as_T4_v3", 4, 28, 0.526, 1],
    ["Standard_NC8as_T4_v3", 8, 56, 0.752, 1],
  ]),
];
