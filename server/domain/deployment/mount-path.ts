/** Whether a model can be mounted there: an absolute path without anything that a shell or a mount option would read. */
export const isMountPath = (path: string): boolean => /^\/[A-Za-z0-9._/-]*$/.test(path);
