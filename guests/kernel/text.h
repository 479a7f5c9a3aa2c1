/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strings; nothing here may be used at EL0.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

static inline int text_equal(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static inline int text_begins(const char *text, const char *begin)
{
    while (*begin != '\0') {
        if (*text++ != *begin++) {
            return 0;
        }
    }
    return 1;
}

static inline uint64_t text_length(const char *text)
{
    uint64_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

/* Copies at most `room` bytes, the last of which is 0; what does not fit is left out. */
static inline void text_copy(char *to, const char *from, uint64_t room)
{
    while (room > 1 && *from != '\0') {
        *to++ = *from++;
        room--;
    }
    *to = '\0';
}

#endif
