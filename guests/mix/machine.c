/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mix: a virtual machine, one indirect call an operation.
 */
#include "../programs/runtime/runtime.h"

struct machine {
    const uint8_t *at;
    uint64_t registers[8];
    uint64_t executed;
};

static const uint8_t code[] = {
    0, 0, 1,  /* r0 += r1 */
    1, 2, 0,  /* r2 ^= r0 */
    2, 3, 2,  /* r3 += r2 * 5 */
    3, 4, 3,  /* r4 = r3 rotated by r4 */
    4, 5, 4,  /* if r4 is odd, r5 -= r4, else r5 += r3 */
    0, 1, 5,  /* r1 += r5 */
    5, 7, 18, /* r7--, back unless it is 0 */
    6, 0, 0,  /* stop */
};

static int add(struct machine *m)
{
    m->registers[m->at[1]] += m->registers[m->at[2]];
    return 3;
}

static int exclusive_or(struct machine *m)
{
    m->registers[m->at[1]] ^= m->registers[m->at[2]];
    return 3;
}

static int add_product(struct machine *m)
{
    m->registers[m->at[1]] += m->registers[m->at[2]] * 5;
    return 3;
}

static int rotate(struct machine *m)
{
    uint64_t by = m->registers[m->at[1]] & 63;
    uint64_t value = m->registers[m->at[2]];
    m->registers[m->at[1]] = value >> by | value << (-by & 63);
    return 3;
}

static int choose(struct machine *m)
{
    if (m->registers[m->at[2]] & 1) {
        m->registers[m->at[1]] -= m->registers[m->at[2]];
    } else {
        m->registers[m->at[1]] += m->registers[3];
    }
    return 3;
}

static int loop(struct machine *m)
{
    return --m->registers[m->at[1]] != 0 ? -(int)m->at[2] : 3;
}

static int stop(struct machine *m)
{
    (void)m;
    return 0;
}

static int (*const operations[])(struct machine *) = {add, exclusive_or, add_product, rotate, choose, loop, stop};

void program(void)
{
    struct machine m = {code, {1, 2, 3, 4, 5, 6, 7, 1800000}, 0};
    for (;;) {
        int step = operations[*m.at](&m);
        if (step == 0) {
            break;
        }
        m.at += step;
        m.executed++;
    }
    print("machine 0x%lx, %lu operations\n", m.registers[0] ^ m.registers[5], m.executed);
}
