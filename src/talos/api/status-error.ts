import type * as grpc from "@grpc/grpc-js";

/** An error with a gRPC status; `details` is what the caller reads. */
export interface StatusError {
  code: grpc.status;
  details: string;
}

export const statusError = (code: grpc.status, details: string): Error & StatusError =>
  Object.assign(new Error(details), { code, details });
