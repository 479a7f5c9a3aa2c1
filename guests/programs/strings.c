/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words of a text: counted, reversed, searched for, compared, and formatted into a buffer with widths and bases.
 */
#include "runtime/runtime.h"

#define MAX_WORDS 64

static const char text[] =
    "the guest asks and the host answers when the page is not here the guest runs another task "
    "and when the page is here the host tells the guest that the task may go on and the guest goes on";

struct word {
    char name[12];
    unsigned count;
};

static struct word words[MAX_WORDS];
static unsigned word_count;

static size_t length(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0') {
        n++;
    }
    return n;
}

static int compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static const char *find(const char *where, const char *what)
{
    for (; *where != '\0'; where++) {
        size_t i = 0;
        while (what[i] != '\0' && where[i] == what[i]) {
            i++;
        }
        if (what[i] == '\0') {
            return where;
        }
    }
    return NULL;
}

static void count_word(const char *begin, size_t size)
{
    char name[sizeof(words[0].name)];
    memcpy(name, begin, size);
    name[size] = '\0';
    unsigned i = 0;
    while (i < word_count && compare(words[i].name, name) < 0) {
        i++;
    }
    if (i < word_count && compare(words[i].name, name) == 0) {
        words[i].count++;
        return;
    }
    for (unsigned j = word_count++; j > i; j--) {
        words[j] = words[j - 1];
    }
    memcpy(words[i].name, name, sizeof(name));
    words[i].count = 1;
}

/* Formats into a buffer: %[-][0][width](d|u|x|o|b|s|c). */
static size_t format(char *to, const char *how, ...)
{
    char *begin = to;
    __builtin_va_list values;
    __builtin_va_start(values, how);
    for (; *how != '\0'; how++) {
        if (*how != '%') {
            *to++ = *how;
            continue;
        }
        int left = 0;
        char fill = ' ';
        int width = 0;
        for (how++; *how == '-' || *how == '0'; how++) {
            if (*how == '-') {
                left = 1;
            } else {
                fill = '0';
            }
        }
        for (; *how >= '0' && *how <= '9'; how++) {
            width = width * 10 + *how - '0';
        }
        char digits[66];
        const char *item = digits + sizeof(digits) - 1;
        digits[sizeof(digits) - 1] = '\0';
        if (*how == 's') {
            item = __builtin_va_arg(values, const char *);
        } else if (*how == 'c') {
            digits[sizeof(digits) - 2] = (char)__builtin_va_arg(values, int);
            item--;
        } else {
            int64_t value = __builtin_va_arg(values, int64_t);
            uint64_t rest = *how == 'd' && value < 0 ? -(uint64_t)value : (uint64_t)value;
            unsigned base = *how == 'x' ? 16 : *how == 'o' ? 8 : *how == 'b' ? 2 : 10;
            char *at = digits + sizeof(digits) - 1;
            do {
                *--at = "0123456789abcdef"[rest % base];
                rest /= base;
            } while (rest != 0);
            if (*how == 'd' && value < 0) {
                *--at = '-';
            }
            item = at;
        }
        int padding = width - (int)length(item);
        while (!left && padding-- > 0) {
            *to++ = fill;
        }
        while (*item != '\0') {
            *to++ = *item++;
        }
        while (left && padding-- > 0) {
            *to++ = ' ';
        }
    }
    __builtin_va_end(values);
    *to = '\0';
    return (size_t)(to - begin);
}

void program(void)
{
    char line[200];
    for (size_t i = 0, begin = 0; i <= length(text); i++) {
        if (text[i] == ' ' || text[i] == '\0') {
            count_word(text + begin, i - begin);
            begin = i + 1;
        }
    }
    for (unsigned i = 0; i < word_count; i++) {
        format(line, "%-10s|%3u|%c", words[i].name, (uint64_t)words[i].count, words[i].name[0] - 32);
        print("%s\n", line);
    }
    for (const char *at = text; (at = find(at, "guest")) != NULL; at++) {
        format(line, "found at %d", (int64_t)(at - text));
        print("%s\n", line);
    }
    char reversed[sizeof(text)];
    size_t n = length(text);
    for (size_t i = 0; i < n; i++) {
        reversed[n - 1 - i] = text[i];
    }
    reversed[n] = '\0';
    print("%s\n", reversed);
    int64_t value = 1;
    for (int i = 0; i < 24; i++) {
        size_t size = format(line, "[%12d] [%-21u] [%016x] [%o] [%b]", value, value, value, value, value & 0xFFF);
        print("%s %lu\n", line, size);
        value *= -7;
    }
}
