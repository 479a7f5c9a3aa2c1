/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strings: searching, splitting, counting words, numbers to text and back, base 64.
 */
#include "program.h"

static const char *words[] = {"fault", "line", "guest", "host", "page", "token", "event", "ready", "slot", "vector"};
static char text[8192];
static char encoded[12288];

static uint64_t length(const char *s)
{
    uint64_t n = 0;
    while (s[n] != 0) {
        n++;
    }
    return n;
}

static int compare(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static const char *find(const char *haystack, const char *needle)
{
    for (; *haystack != 0; haystack++) {
        uint64_t i = 0;
        while (needle[i] != 0 && haystack[i] == needle[i]) {
            i++;
        }
        if (needle[i] == 0) {
            return haystack;
        }
    }
    return 0;
}

static char *append(char *to, const char *from)
{
    while (*from != 0) {
        *to++ = *from++;
    }
    *to = 0;
    return to;
}

static char *append_number(char *to, uint64_t value)
{
    char digits[21];
    int i = 20;
    digits[i] = 0;
    do {
        digits[--i] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return append(to, &digits[i]);
}

static uint64_t parse(const char *s)
{
    uint64_t value = 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        value = value * 10 + (uint64_t)(*s - '0');
    }
    return value;
}

static void write_text(uint32_t seed)
{
    char *end = text;
    while (end < text + sizeof text - 40) {
        uint32_t random = next_random(&seed);
        end = append(end, words[random % 10]);
        end = append(end, random % 3 == 0 ? " " : random % 3 == 1 ? ", " : "\n");
        if (random % 7 == 0) {
            end = append_number(end, random);
            end = append(end, " ");
        }
    }
}

static uint64_t base64(void)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t size = length(text) / 3 * 3;
    char *to = encoded;
    for (uint64_t i = 0; i < size; i += 3) {
        uint32_t group = (uint32_t)(unsigned char)text[i] << 16 | (uint32_t)(unsigned char)text[i + 1] << 8 |
                         (unsigned char)text[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) {
            *to++ = alphabet[group >> shift & 63];
        }
    }
    *to = 0;
    uint64_t sum = 0;
    for (char *c = encoded; *c != 0; c++) {
        sum = mix(sum, (unsigned char)*c);
    }
    return sum;
}

static void reverse_words(void)
{
    char *start = text;
    while (*start != 0) {
        while (*start != 0 && (*start < 'a' || *start > 'z')) {
            start++;
        }
        char *end = start;
        while (*end >= 'a' && *end <= 'z') {
            end++;
        }
        for (char *left = start, *right = end - 1; left < right; left++, right--) {
            char kept = *left;
            *left = *right;
            *right = kept;
        }
        start = end;
    }
}

void program(void)
{
    uint64_t sum = 0;
    uint64_t found = 0;
    for (uint32_t round = 0; round < 2 * SCALE; round++) {
        write_text(round);
        for (int i = 0; i < 10; i++) {
            for (const char *at = find(text, words[i]); at != 0; at = find(at + 1, words[i])) {
                found++;
            }
        }
        for (const char *at = text; *at != 0; at++) {
            if (*at >= '0' && *at <= '9') {
                uint64_t number = parse(at);
                sum = mix(sum, number);
                while (at[1] >= '0' && at[1] <= '9') {
                    at++;
                }
            }
        }
        reverse_words();
        sum = mix(sum, base64());
        sum = mix(sum, (uint64_t)(compare(text, encoded) > 0));
    }
    print("text: %lu words found, 0x%lx\n", found, sum);
}
