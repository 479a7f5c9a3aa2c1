/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "xen.h"

int64_t event_call(unsigned command, volatile void *structure)
{
    return (int32_t)hypercall(EVENT_CHANNEL_OP, command, (uint64_t)structure, 0);
}

int64_t alloc_unbound(uint64_t domain, uint64_t remote, uint32_t *port)
{
    struct { uint16_t domain, remote; uint32_t port; } s = {(uint16_t)domain, (uint16_t)remote, *port};
    int64_t result = event_call(ALLOC_UNBOUND, &s);
    *port = s.port;
    return result;
}

int64_t bind_interdomain(uint64_t domain, uint32_t remote_port, uint32_t *port)
{
    struct { uint16_t domain, unused; uint32_t remote_port, port; } s = {(uint16_t)domain, 0, remote_port, *port};
    int64_t result = event_call(BIND_INTERDOMAIN, &s);
    *port = s.port;
    return result;
}

int64_t bind_virq(uint32_t virq, uint32_t vcpu, uint32_t *port)
{
    uint32_t s[3] = {virq, vcpu, *port};
    int64_t result = event_call(BIND_VIRQ, s);
    *port = s[2];
    return result;
}

int64_t bind_ipi(uint32_t vcpu, uint32_t *port)
{
    uint32_t s[2] = {vcpu, *port};
    int64_t result = event_call(BIND_IPI, s);
    *port = s[1];
    return result;
}

int64_t bind_pirq(uint32_t pirq, uint32_t *port)
{
    uint32_t s[3] = {pirq, 0, *port};
    int64_t result = event_call(BIND_PIRQ, s);
    *port = s[2];
    return result;
}

int64_t one_port(unsigned command, uint32_t port)
{
    return event_call(command, &port);
}

int64_t bind_vcpu(uint32_t port, uint32_t vcpu)
{
    uint32_t s[2] = {port, vcpu};
    return event_call(BIND_VCPU, s);
}

int64_t set_priority(uint32_t port, uint32_t priority)
{
    uint32_t s[2] = {port, priority};
    return event_call(SET_PRIORITY, s);
}

int64_t reset(uint64_t domain)
{
    uint16_t s = (uint16_t)domain;
    return event_call(RESET, &s);
}

int64_t init_control(uint64_t frame, uint32_t offset, uint32_t vcpu, uint8_t *link_bits)
{
    struct { uint64_t frame; uint32_t offset, vcpu; uint8_t bits, unused[7]; } s = {frame, offset, vcpu, *link_bits, {0}};
    int64_t result = event_call(INIT_CONTROL, &s);
    *link_bits = s.bits;
    return result;
}

int64_t expand_array(uint64_t frame)
{
    return event_call(EXPAND_ARRAY, &frame);
}

int64_t status_of(uint64_t domain, uint32_t port, struct status *answer)
{
    *answer = (struct status){(uint16_t)domain, 0, port, 0xEEEEEEEE, 0xEEEEEEEE, {0xEEEEEEEE, 0xEEEEEEEE}};
    return event_call(STATUS, answer);
}

int64_t register_vcpu_info(uint32_t vcpu, uint64_t frame, uint32_t offset)
{
    struct { uint64_t frame; uint32_t offset, unused; } s = {frame, offset, 0};
    return (int32_t)hypercall(VCPU_OP, 10, vcpu, (uint64_t)&s);
}

int64_t add_to_physmap(uint64_t domain, uint32_t space, uint64_t index, uint64_t frame)
{
    struct { uint16_t domain, size; uint32_t space; uint64_t index, frame; } s = {(uint16_t)domain, 0, space, index, frame};
    return hypercall(MEMORY_OP, 7, (uint64_t)&s, 0);
}

int64_t remove_from_physmap(uint64_t domain, uint64_t frame)
{
    struct { uint16_t domain, unused[3]; uint64_t frame; } s = {(uint16_t)domain, {0}, frame};
    return hypercall(MEMORY_OP, 15, (uint64_t)&s, 0);
}

struct parameter {
    uint16_t domain, unused;
    uint32_t index;
    uint64_t value;
};

int64_t get_parameter(uint64_t domain, uint32_t index, uint64_t *value)
{
    struct parameter s = {(uint16_t)domain, 0, index, *value};
    int64_t result = hypercall(HVM_OP, 1, (uint64_t)&s, 0);
    *value = s.value;
    return result;
}

int64_t set_parameter(uint64_t domain, uint32_t index, uint64_t value)
{
    struct parameter s = {(uint16_t)domain, 0, index, value};
    return hypercall(HVM_OP, 0, (uint64_t)&s, 0);
}

int64_t poll(const uint32_t *ports, uint32_t count, uint64_t timeout)
{
    struct { uint64_t ports; uint32_t count, unused; uint64_t timeout; } s = {(uint64_t)ports, count, 0, timeout};
    return (int32_t)hypercall(SCHED_OP, 3, (uint64_t)&s, 0);
}
