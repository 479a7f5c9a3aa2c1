/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a guest comes to its shared memory, step by step, with everything that is refused on the way.
 */
#include "xen.h"

#define NOWHERE (PLAYGROUND + 511 * PAGE)
#define HOLE 0x10000UL /* a frame number of which there is nothing: 256 MiB */

static _Alignas(4096) volatile uint64_t spare[512];

static uint64_t frame_of(const volatile void *pointer)
{
    return (uint64_t)pointer / PAGE;
}

static int64_t vcpu_call(uint64_t command, uint64_t vcpu, uint64_t structure)
{
    return (int32_t)hypercall(VCPU_OP, command, vcpu, structure);
}

static void before(void)
{
    uint32_t port = 0xEEEE;
    area("before");
    observe(one_port(SEND, 1000), "send 1000");
    observe(reset(SELF), "reset");
    observe(alloc_unbound(SELF, SELF, &port), "alloc_unbound");
    notice("port %u", port);
    uint32_t other = 0xEEEE;
    observe(bind_interdomain(SELF, port, &other), "bind_interdomain");
    notice("port %u", other);
    observe(one_port(SEND, other), "send, without shared_info and vcpu_info");
    observe(one_port(CLOSE, other), "close of the local end");
    observe(one_port(CLOSE, port), "close of the remote end");
    observe(expand_array(frame_of(events)), "expand_array");
    observe(set_priority(port, 3), "set_priority");
}

static void shared_info(void)
{
    area("shared_info");
    shared.pending[5] = 0x5555;
    shared.mask[5] = 0x5555;
    forget_changes();
    observe(hypercall(MEMORY_OP, 7, NOWHERE, 0), "add from nowhere");
    observe(add_to_physmap(5, 0, 0, frame_of(&shared)), "add to domain 5");
    observe(add_to_physmap(0x7FF1, 0, 0, frame_of(&shared)), "add to DOMID_IO");
    observe(add_to_physmap(SELF, 0, 1, frame_of(&shared)), "add index 1");
    observe(add_to_physmap(SELF, 0, 0, ~0UL), "add at ~0");
    observe(add_to_physmap(SELF, 2, 0, frame_of(&shared)), "add space 2");
    struct { uint16_t domain, size; uint32_t space; uint64_t index, frame; } range = {SELF, 1, 3, 0, frame_of(&shared)};
    observe(hypercall(MEMORY_OP, 7, (uint64_t)&range, 0), "add space 3, one page");
    observe(add_to_physmap(SELF, 4, 0, frame_of(&shared)), "add space 4");
    print("about: add space 5 = %ld\n", add_to_physmap(SELF, 5, 0, frame_of(&shared)));
    observe(add_to_physmap(SELF, 6, 0, frame_of(&shared)), "add space 6");
    observe(add_to_physmap(SELF, 0xFFFFFFFF, 0, frame_of(&shared)), "add space 0xffffffff");
    observe(add_to_physmap(SELF, 1, 1000, machine.window / PAGE), "add frame 1000 of grants");
    observe(add_to_physmap(SELF, 0, 0, frame_of(&shared)), "add");
    observe((int64_t)(shared.pending[5] | shared.mask[5]), "what the page held before");
    observe(shared.clock[0] & 1, "version of the clock, bit 0");
    uint64_t clock = (uint64_t)shared.clock[3] << 32 | shared.clock[1];
    print("about: clock %lu\n", clock);
    forget_changes();
    /* Versions of Xen differ in this, so it is done at a place that is not used. */
    int64_t again = add_to_physmap(SELF, 0, 0, frame_of(spare));
    print("about: add again, elsewhere = %ld\n", again);
    if (again == 0) {
        print("about: add back = %ld\n", add_to_physmap(SELF, 0, 0, frame_of(&shared)));
    }
    try_load((uint64_t)spare);
    print("about: the other place afterwards: exception %lu, syndrome 0x%lx\n", caught, caught ? caught_syndrome : 0);
    forget_changes();
    observe(hypercall(MEMORY_OP, 15, NOWHERE, 0), "remove from nowhere");
    observe(remove_from_physmap(5, frame_of(&shared)), "remove of domain 5");
    observe(remove_from_physmap(SELF, HOLE), "remove of a hole");
    observe(remove_from_physmap(SELF, ~0UL), "remove of ~0");
    shared.mask[9] = 0x99;
    barrier();
    int64_t removed = remove_from_physmap(SELF, frame_of(&shared));
    try_load((uint64_t)&shared);
    uint64_t syndrome = caught ? caught_syndrome >> 26 : 0;
    int64_t back = add_to_physmap(SELF, 0, 0, frame_of(&shared));
    observe(removed, "remove");
    notice("a load there: exception %lu, class 0x%lx", caught, syndrome);
    observe(back, "add after it");
    shared.mask[9] = 0;
    forget_changes();
    for (unsigned command = 0; command < 32; command++) {
        /* 2 says how much RAM the host has; what 11 and 27 need no guest like this has. */
        if (command == 2 || command == 7 || command == 11 || command == 15 || command == 23 || command == 27) {
            continue;
        }
        observe(hypercall(MEMORY_OP, command, NOWHERE, 0), "memory_op %u from nowhere", command);
    }
    observe(add_to_physmap(SELF, 1, 0, machine.window / PAGE), "add frame 0 of grants");
    try_load(machine.window);
    observe((int64_t)caught, "a load there");
    uint16_t self = SELF;
    print("about: current reservation = %ld\n", hypercall(MEMORY_OP, 3, (uint64_t)&self, 0));
}

static void vcpu_calls(void)
{
    area("vcpu_op");
    for (unsigned command = 0; command < 16; command++) {
        if (command == 5 || command == 10) {
            continue;
        }
        observe(vcpu_call(command, 0, NOWHERE), "command %u", command);
    }
    observe(vcpu_call(99, 0, NOWHERE), "command 99");
    observe(vcpu_call(99, 100, NOWHERE), "command 99 of vCPU 100");
    observe(vcpu_call(10, machine.cpus, NOWHERE), "command 10 of the vCPU that is one too many");
    observe(vcpu_call(10, 0xFFFFFFFF, NOWHERE), "command 10 of vCPU 0xffffffff");
    observe(vcpu_call(5, 100, NOWHERE), "command 5 of vCPU 100");
    observe(vcpu_call(10, 0, NOWHERE), "command 10 from nowhere");
    observe(vcpu_call(5, 0, NOWHERE), "command 5 from nowhere");
    uint64_t pointer = NOWHERE;
    observe(vcpu_call(5, 0, (uint64_t)&pointer), "runstate to nowhere");
    static _Alignas(8) volatile uint64_t area_of_runstate[6];
    pointer = (uint64_t)area_of_runstate;
    area_of_runstate[0] = 0xEEEEEEEE;
    observe(vcpu_call(5, 0, (uint64_t)&pointer), "runstate");
    notice("state 0x%lx", area_of_runstate[0] & 0xFFFFFFFF);
    print("about: runstate entered 0x%lx, %lu %lu %lu %lu\n", area_of_runstate[1], area_of_runstate[2], area_of_runstate[3],
          area_of_runstate[4], area_of_runstate[5]);
    pointer = 0;
    observe(vcpu_call(5, 0, (uint64_t)&pointer), "runstate to 0");
}

static void vcpu_info(void)
{
    static const uint32_t offsets[] = {1, 4, 7, 4049, 4052, 4056, 4088, 4095, 4096, 8192, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8};
    area("vcpu_info");
    gic_init();
    forget_changes();
    for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        observe(register_vcpu_info(0, frame_of(&infos[0]), offsets[i]), "offset 0x%x", offsets[i]);
    }
    observe(register_vcpu_info(0, HOLE, 0), "in a hole");
    observe(register_vcpu_info(0, ~0UL, 0), "at ~0");
    observe(register_vcpu_info(0, ~0UL, 8), "at ~0 + 8");
    observe(register_vcpu_info(0, machine.distributor / PAGE, 0), "in a device");
    observe(register_vcpu_info(machine.cpus, frame_of(&infos[0]), 0), "of a vCPU that is one too many");
    uint32_t port = 0;
    bind_ipi(0, &port);
    one_port(SEND, port);
    notice("an event before it");
    shared.first.unused[0] = 0x11;
    shared.first.unused[6] = 0x77;
    shared.first.rest[0] = 0x1234;
    forget_changes();
    observe(register_vcpu_info(0, frame_of(&infos[0]), 0), "registration");
    observe(interrupt_waits(), "interrupt before its PPI is enabled");
    gic_enable(machine.upcall);
    observe(interrupt_waits(), "interrupt after it is enabled");
    forget_changes();
    observe(register_vcpu_info(0, frame_of(&infos[0]), 0), "second registration");
    observe(register_vcpu_info(0, frame_of(&infos[0]), 4096), "second registration, offset 4096");
    observe(register_vcpu_info(0, HOLE, 0), "second registration, in a hole");
    observe(take_interrupt(), "acknowledged");
    notice("after it");
    observe(take_interrupt(), "acknowledged");
    one_port(CLOSE, port);
    shared.first.unused[0] = 0;
    shared.first.unused[6] = 0;
    shared.first.rest[0] = 0;
    infos[0].info.unused[0] = 0;
    infos[0].info.unused[6] = 0;
    infos[0].info.rest[0] = 0;
    clean();
}

static void queues(void)
{
    static const uint32_t offsets[] = {1, 4, 7, 12, 4025, 4028, 4032, 4095, 4096, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8};
    uint8_t bits = 0xEE;
    uint32_t ports[2] = {0};
    area("queues");
    bind_ipi(0, &ports[0]);
    bind_ipi(0, &ports[1]);
    one_port(SEND, ports[1]);
    take_upcall();
    forget_changes();
    observe(expand_array(frame_of(events)), "expand_array in the 2-level ABI");
    observe(set_priority(ports[0], 3), "set_priority in the 2-level ABI");
    observe(set_priority(ports[0], 16), "set_priority of 16 in the 2-level ABI");
    observe(init_control(frame_of(&controls[0]), 0, machine.cpus, &bits), "vCPU one too many");
    observe(init_control(frame_of(&controls[0]), 0, 0xFFFFFFFF, &bits), "vCPU 0xffffffff");
    observe(init_control(frame_of(&controls[0]), 1, 100, &bits), "vCPU 100, offset 1");
    for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        observe(init_control(frame_of(&controls[0]), offsets[i], 0, &bits), "offset 0x%x", offsets[i]);
    }
    observe(init_control(HOLE, 0, 0, &bits), "in a hole");
    observe(init_control(~0UL, 0, 0, &bits), "at ~0");
    observe(init_control(machine.distributor / PAGE, 0, 0, &bits), "in a device");
    observe(expand_array(frame_of(events)), "expand_array after that");
    observe(set_priority(ports[0], 3), "set_priority after that");
    observe(one_port(SEND, ports[0]), "send after that");
    settle();
    one_port(SEND, ports[1]);
    take_upcall();
    forget_changes();
    notice("link bits so far 0x%x", (unsigned)bits);
    observe(init_control(frame_of(&controls[0]), 0, 0, &bits), "init_control");
    fifo = 1;
    notice("link bits %u", (unsigned)bits);
    observe(init_control(frame_of(&controls[0]), 0, 0, &bits), "init_control again");
    observe(init_control(frame_of(spare), 0, 0, &bits), "init_control elsewhere");
    observe(init_control(HOLE, 0, 0, &bits), "init_control in a hole");
    observe(one_port(SEND, ports[0]), "send before there is an array");
    observe(one_port(UNMASK, ports[0]), "unmask before there is an array");
    observe(set_priority(ports[0], 16), "set_priority of 16");
    observe(expand_array(HOLE), "expand_array in a hole");
    observe(expand_array(~0UL), "expand_array at ~0");
    observe(expand_array(machine.distributor / PAGE), "expand_array in a device");
    events[ports[0]] = EVENT_MASKED;
    forget_changes();
    observe(expand_array(frame_of(events)), "expand_array");
    arrays = 1;
    notice("the two ports are %u and %u", ports[0], ports[1]);
    observe(one_port(UNMASK, ports[0]), "unmask of the first");
    observe(dequeue(0), "dequeued");
    observe(dequeue(0), "dequeued");
    observe(dequeue(0), "dequeued");
    for (unsigned cpu = 1; cpu < machine.cpus; cpu++) {
        observe(init_control(frame_of(&controls[cpu]), 0, cpu, &bits), "init_control of vCPU %u, which is off", cpu);
    }
    clean();
}

void observe_memory(void)
{
    before();
    shared_info();
    vcpu_calls();
    vcpu_info();
    if (wanted_fifo) {
        queues();
    }
}
