/** True for names and addresses that never leave this computer: `localhost`, 127.0.0.0/8 and ::1. Takes a URL's hostname. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" ||
  hostname === "[::1]" ||
  hostname === "::1" ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname);
