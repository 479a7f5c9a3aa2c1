/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a program of user space needs of the kernel, without a C library and without floating point.
 */
#ifndef USER_H
#define USER_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

/* The numbers of the generic table. */
enum {
    SYS_IOCTL = 29,
    SYS_MKDIRAT = 34,
    SYS_MOUNT = 40,
    SYS_OPENAT = 56,
    SYS_CLOSE = 57,
    SYS_READ = 63,
    SYS_WRITE = 64,
    SYS_PPOLL = 73,
    SYS_SYNC = 81,
    SYS_EXIT = 93,
    SYS_NANOSLEEP = 101,
    SYS_SCHED_SETAFFINITY = 122,
    SYS_REBOOT = 142,
    SYS_GETCPU = 168,
    SYS_CLONE = 220,
    SYS_MMAP = 222,
    SYS_WAIT4 = 260,
    SYS_FINIT_MODULE = 273,
};

enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NONBLOCK = 04000 };
enum { EAGAIN = 11, EINTR = 4 };

static inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

#define call3(number, a, b, c) call(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)

/* The compiler makes calls of these out of loops and initialisers. */
void *memset(void *target, int value, u64 count);
void *memcpy(void *target, const void *source, u64 count);
int memcmp(const void *one, const void *other, u64 count);

u64 length(const char *text);
int same(const char *one, const char *other);
/* Where the second text is in the first; 0 if it is not. */
const char *find(const char *text, const char *part);
/* Reads decimal digits and moves on behind them. */
u64 number(const char **text);

/* Prints texts up to a null pointer as one line on the console. */
void say(const char *text, ...);
/* The text of a number, in a buffer that is used again after sixteen calls. */
const char *decimal(long value);

/* The test has failed: says why, turns the machine off, and does not return. */
void die(const char *text, ...) __attribute__((noreturn));

long open_file(const char *path, int flags);
/* Reads a whole file as text; returns the number of characters, at most room - 1. */
long slurp(const char *path, char *buffer, u64 room);
/* Writes text to a file; returns what write returned. */
long put(const char *path, const char *text);
/* Waits until a file can be read; returns 0 if it cannot after so many milliseconds. */
int readable(long file, long milliseconds);
void sleep_ms(long milliseconds);
/* Has this process run on one processor, or on any. */
void pin_to(u32 cpu);
void unpin(void);
u32 current_cpu(void);
/* Those that are on line, whether this process may use them or not. */
u32 processors(void);

#endif
