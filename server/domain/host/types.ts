export interface InstanceType {
  readonly name: string;
  readonly cpuCores: number;
  readonly memoryMib: number;
  readonly gpuCount: number;
  /** Price of one instance for one hour, in the workspace's currency. */
  readonly pricePerHour: number;
  readonly family: string;
}

export interface HostCapacity {
  readonly cpuCores: number;
  readonly memoryMib: number;
}
