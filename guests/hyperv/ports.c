/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calls on ports and connections; the structures are laid out by hand.
 */
#include "hyperv.h"

#define PAYLOAD_BYTES 240

static _Alignas(256) union parameters {
    uint64_t words[32];
    uint32_t halves[64];
    uint16_t quarters[128];
    uint8_t bytes[256];
} parameters[MAX_CPUS];

static union parameters *mine(void)
{
    union parameters *block = &parameters[this_cpu()];
    memset(block, 0, sizeof *block);
    return block;
}

static uint64_t call(uint64_t code, const union parameters *block)
{
    barrier();
    return STATUS(call_in_memory(code, (uint64_t)block, 0));
}

uint64_t post(uint32_t connection, uint32_t type, const void *payload, uint32_t size)
{
    union parameters *block = &parameters[this_cpu()];
    /* What is behind the payload does not travel. */
    memset(block, 0xEE, sizeof *block);
    block->halves[0] = connection;
    block->halves[1] = 0;
    block->halves[2] = type;
    block->halves[3] = size;
    memcpy(&block->bytes[16], payload, size < PAYLOAD_BYTES ? size : PAYLOAD_BYTES);
    return call(POST_MESSAGE, block);
}

uint64_t signal_event(uint32_t connection, uint16_t flag)
{
    struct registers r = {{HYPERCALL, SIGNAL_EVENT | FAST, connection | (uint64_t)flag << 32, 0x5EED}};
    call_by_smccc(&r);
    return STATUS(r.x[0]);
}

static uint64_t create(uint32_t port, uint32_t kind, uint32_t vcpu, uint32_t source, uint16_t first, uint16_t count)
{
    union parameters *block = mine();
    block->words[0] = SELF_PARTITION;
    block->halves[2] = port;
    block->words[2] = SELF_PARTITION;
    block->halves[6] = kind;
    block->halves[8] = source;
    block->halves[9] = vcpu;
    block->quarters[20] = first;
    block->quarters[21] = count;
    return call(CREATE_PORT, block);
}

uint64_t create_message_port(uint32_t port, uint32_t vcpu, uint32_t source)
{
    return create(port, MESSAGES, vcpu, source, 0, 0);
}

uint64_t create_event_port(uint32_t port, uint32_t vcpu, uint32_t source, uint16_t first, uint16_t count)
{
    return create(port, EVENTS, vcpu, source, first, count);
}

uint64_t delete_port(uint32_t port)
{
    union parameters *block = mine();
    block->words[0] = SELF_PARTITION;
    block->halves[2] = port;
    return call(DELETE_PORT, block);
}

uint64_t connect_port(uint32_t connection, uint32_t port, enum port_kind kind)
{
    union parameters *block = mine();
    block->words[0] = SELF_PARTITION;
    block->halves[2] = connection;
    block->words[2] = SELF_PARTITION;
    block->halves[6] = port;
    block->halves[8] = kind;
    return call(CONNECT_PORT, block);
}

uint64_t disconnect_port(uint32_t connection)
{
    union parameters *block = mine();
    block->words[0] = SELF_PARTITION;
    block->halves[2] = connection;
    return call(DISCONNECT_PORT, block);
}
