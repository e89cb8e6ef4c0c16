/** Numbers of the socket API of Linux, as the C library's functions take them. */

/** Families of addresses, socket(2). */
export const AF_UNSPEC = 0;
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
/** The types of sockets, and flags beside it, socket(2) and accept4(2). */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
/** Levels of options, setsockopt(2). */
export const SOL_SOCKET = 1;
export const IPPROTO_TCP = 6;
/** Options of {@linkcode SOL_SOCKET}, socket(7). */
export const SO_REUSEADDR = 2;
export const SO_REUSEPORT = 15;
