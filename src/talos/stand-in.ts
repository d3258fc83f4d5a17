/**
 * Label in the config of every image of the stand-in upstream; an installer built on one inherits it, and is pushed to loopback only.
 * Its value says what the image stands in for.
 */
export const standInLabel = "io.talos-roles.stand-in";
