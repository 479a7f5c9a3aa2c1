/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Makes sequences: what guests usually do, with arguments at and beyond every limit. */
final class Generator {
    private static final long[] NUMBERS = {12, 13, 17, 18, 20, 21, 24, 29, 32, 33, 34, 35, 36, 41};
    private static final long[] PORTS = {0, 63, 64, 65, 127, 128, 1023, 1024, 4095, 4096, 131071, 131072, -1, 1L << 31};
    private static final long[] HOSTILE = {
        0,
        1,
        8,
        0xFFF,
        0x3000,
        0x5000,
        0x6000,
        0x7010,
        0x8000,
        0x9000,
        0x0900_0000L,
        0x0300_1000L,
        0x2000_0000L,
        0x3900_0000L,
        0x3900_1000L,
        0x3800_0000L,
        0x41FF_FFFFL,
        1L << 36,
        1L << 47,
        1L << 48,
        0xFFFF_0000_0000_0000L,
        -1,
        -8,
        Long.MIN_VALUE,
        Long.MAX_VALUE
    };
    private static final long[] DOMAINS = {0x7FF0, 0x7FF0, 0x7FF0, 0, 1, 2, 3, 9, 0x7FF1, 0x7FF4, 0x7FFF, 0xFFFF};
    private static final long[] SMALL = {0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 63, 64, 128, 129, 0xFFFF, -1, 1L << 31};
    private static final long PAGE = 4096;
    private static final int SLOTS = 8;
    /** A sequence has about three of these whatever its length: making a machine takes as long as thousands of calls. */
    private static final int CHANCES_FOR_A_NEW_LIFE = 192;

    private final RandomGenerator random;
    private final int machines;
    private final int vcpus;
    private final boolean translated;
    /** Whether pages are taken away, but calls must not be different for it. */
    private boolean transparent;
    /** Whether there can be more ports than the two-level ABI has. */
    private boolean crowded;
    /** Whether there are absent pages. */
    private boolean evicting;
    /** Whether interrupts are taken. */
    private boolean interrupting;
    /** One of so many chances to reset or move a machine is taken. */
    private final int seldom;

    private final List<Step> steps = new ArrayList<>();

    private Generator(RandomGenerator random, int machines, int vcpus, boolean translated, int calls) {
        this.random = random;
        this.machines = machines;
        this.vcpus = vcpus;
        this.translated = translated;
        seldom = 1 + calls / CHANCES_FOR_A_NEW_LIFE;
    }

    /** Makes the sequence of a seed with so many calls at least. */
    static Sequence sequence(long seed, int calls) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int machines = random.nextInt(3) == 0 ? 2 : 1;
        int vcpus = 1 << random.nextInt(4);
        boolean translated = random.nextInt(4) == 0;
        Generator generator = new Generator(random, machines, vcpus, translated, calls);
        generator.transparent = random.nextInt(6) == 0;
        generator.evicting = generator.transparent || random.nextInt(3) == 0;
        generator.crowded = random.nextInt(8) == 0;
        generator.interrupting = !generator.transparent && random.nextBoolean();
        for (int vcpu = 1; vcpu < vcpus; vcpu++) {
            for (int machine = 0; machine < machines; machine++) {
                generator.add(Step.Kind.POWER, machine, vcpu);
            }
        }
        for (int machine = 0; machine < machines; machine++) {
            if (random.nextBoolean()) {
                generator.fifo(machine);
            }
            if (generator.interrupting) {
                generator.upcalls(machine);
            }
            if (generator.crowded) {
                generator.crowd(machine);
            }
        }
        for (int i = 0; i < calls; i++) {
            generator.next();
        }
        return new Sequence(machines, vcpus, translated, settings(random, generator.crowded), generator.steps);
    }

    /** Half of the guests begin with a FIFO ABI that works. */
    private void fifo(int machine) {
        long frame = (FuzzMachine.FRAMES >> 12) + 1;
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            longs(machine, 0, frame, 80L * vcpu | (long) vcpu << 32);
            add(Step.Kind.CALL, machine, 0, 32, 11, FuzzMachine.HANDLES, 0, 0, 0);
        }
        longs(machine, 0, frame + 2);
        add(Step.Kind.CALL, machine, 0, 32, 12, FuzzMachine.HANDLES, 0, 0, 0);
    }

    /** More ports than the two-level ABI has, or thousands that are given back. */
    private void crowd(int machine) {
        int vcpu = random.nextInt(vcpus);
        add(Step.Kind.PORTS, machine, vcpu, of(5000, 18_000));
        if (once(2)) {
            resetPorts(machine, vcpu);
        }
    }

    /** The guest registers vcpu_info, and takes the event interrupt. */
    private void upcalls(int machine) {
        long frame = (FuzzMachine.FRAMES >> 12) + 2 * FuzzMachine.FRAME_PAGES - 1;
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            longs(machine, 0, frame, 64L * vcpu);
            add(Step.Kind.CALL, machine, 0, 24, 10, vcpu, FuzzMachine.HANDLES, 0, 0);
            handler(machine, vcpu);
        }
    }

    private static Map<String, String> settings(RandomGenerator random, boolean crowded) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(
                "xen.max-ports",
                crowded ? pick(random, "5000", "131071") : pick(random, "1023", "70", "9", "4095", "5000", "131071"));
        settings.put("xen.xsm", random.nextInt(4) == 0 ? "silo" : "dummy");
        settings.put("xen.upcall", pick(random, "level", "edge", "resampled"));
        return settings;
    }

    private static String pick(RandomGenerator random, String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private void add(Step.Kind kind, long... values) {
        steps.add(new Step(kind, values));
    }

    private boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    private long of(long... values) {
        return values[random.nextInt(values.length)];
    }

    // Arguments.

    private long port() {
        return once(12) ? of(PORTS) : 1 + random.nextInt(once(4) ? 80 : 12);
    }

    private long domain() {
        return once(2) ? DOMAINS[0] : of(DOMAINS);
    }

    private long vcpu() {
        return once(15) ? of(vcpus, -1, 127, 1L << 31) : random.nextInt(vcpus);
    }

    private long gfn() {
        if (once(10)) {
            return once(2) ? of(HOSTILE) : of(HOSTILE) >>> 12;
        }
        return once(6) ? heap() : (FuzzMachine.FRAMES >> 12) + 2 * random.nextInt(FuzzMachine.FRAME_PAGES) + 1;
    }

    /** How many of something; a number without end keeps a machine busy for as long as hundreds of other calls. */
    private long count(long usual) {
        return once(200) ? of(SMALL) : once(8) ? of(0, 2, 3, 5, 16, 64) : usual;
    }

    /** A frame above all that is not named by frame. */
    private long heap() {
        return (FuzzMachine.HANDLES >> 12) + random.nextInt(100);
    }

    private long slot() {
        long at = 0x100L * random.nextInt(SLOTS);
        return once(8) ? PAGE * (1 + random.nextInt(6)) - 8 : at;
    }

    /** Where a call is told to look, for something that was written to a slot. */
    private long handle(long slot) {
        if (once(25)) {
            return of(HOSTILE);
        }
        if (translated && once(3)) {
            // Now and then the hypervisor writes its answer into a translation table, at an address with nothing above
            // it.
            return once(12) ? FuzzMachine.DESCRIPTORS_MAPPED + (slot & 0x78) : (0x1000 + slot) & 0xFFFF;
        }
        return FuzzMachine.HANDLES + slot;
    }

    // What happens.

    private void next() {
        int machine = random.nextInt(machines);
        int vcpu = random.nextInt(vcpus);
        switch (random.nextInt(72)) {
            case 0 -> {
                // Without its first vCPU a machine begins anew.
                if (vcpu != 0 || once(seldom)) {
                    add(Step.Kind.POWER, machine, vcpu);
                }
            }
            case 1 -> add(Step.Kind.TIME, machine, random.nextLong(1L << random.nextInt(36)));
            case 2 -> run(machine, vcpu);
            case 3 -> add(Step.Kind.CONSOLE, machine, random.nextInt(5000));
            case 4 -> add(Step.Kind.STORE, machine, random.nextInt(14));
            case 5 -> {
                if (once(seldom)) {
                    add(once(3) ? Step.Kind.RESET : Step.Kind.MOVE, machine);
                }
            }
            case 6 -> {
                if (once(6)) {
                    add(Step.Kind.PORTS, machine, vcpu, crowded && once(4) ? 5000 : of(63, 64, 200, 1100));
                    if (once(2)) {
                        resetPorts(machine, vcpu);
                    }
                }
            }
            case 7 -> shared(machine);
            case 8, 9, 10 -> hostileWords(machine);
            case 11 -> add(Step.Kind.GO_ON, machine, vcpu);
            case 15 -> remap(machine);
            case 16, 17 -> {
                if (interrupting) {
                    handler(machine, vcpu);
                }
            }
            case 18, 19, 20, 21 -> {
                if (evicting) {
                    evict(machine);
                }
            }
            case 22 -> add(Step.Kind.RACE, machine, eventWord(), word());
            case 12, 13, 14 -> multicall(machine, vcpu);
            default -> {
                long slot = slot();
                long[] call = call(machine, slot);
                long[] values = new long[8];
                values[0] = machine;
                values[1] = vcpu;
                System.arraycopy(call, 0, values, 2, call.length);
                add(once(30) ? Step.Kind.BEGIN : Step.Kind.CALL, values);
            }
        }
    }

    /** A reset, or the beginning of one, and what another vCPU does meanwhile. */
    private void resetPorts(int machine, int vcpu) {
        words(machine, 0, DOMAINS[0]);
        boolean whole = once(2);
        add(whole ? Step.Kind.CALL : Step.Kind.BEGIN, machine, vcpu, 32, 10, FuzzMachine.HANDLES, 0, 0, 0);
        if (!whole) {
            int other = random.nextInt(vcpus);
            // The first slot is what the reset comes back to.
            long slot = 0x100L * (SLOTS - 1);
            words(machine, slot, 0, 0);
            long[] call = once(2) ? new long[] {32, 7, FuzzMachine.HANDLES + slot, 0, 0, 0} : event(machine, slot);
            add(Step.Kind.CALL, machine, other, call[0], call[1], call[2], call[3], call[4], call[5]);
            add(Step.Kind.GO_ON, machine, vcpu);
        }
    }

    private void shared(int machine) {
        int frame = random.nextInt(5);
        long offset = 8L * random.nextInt(once(2) ? 12 : 512);
        if (frame == 2 || frame == 3) {
            // Indices of rings.
            offset = of(0, 8, 0x400, 0x408, 0x800, 0x808, 0xC00, 0xC08);
        }
        add(Step.Kind.SHARED, machine, frame, offset, once(3) ? of(0, -1, 1, 16) : random.nextLong());
    }

    private void hostileWords(int machine) {
        add(Step.Kind.WORDS, machine, eventWord(), word());
    }

    /** Where an event word may be, those of the first page more often. */
    private long eventWord() {
        long page = FuzzMachine.FRAMES + PAGE * (2 * random.nextInt(FuzzMachine.FRAME_PAGES) + 1);
        long offset = 4 * (once(4) ? random.nextInt(1024) : random.nextInt(16));
        return (once(2) ? FuzzMachine.FRAMES + 3 * PAGE : page) + offset;
    }

    private long word() {
        int flags = random.nextInt(16) << 28;
        int link = (int) (once(2) ? of(PORTS) : random.nextLong()) & 0x1FFFF;
        return Integer.toUnsignedLong(flags | link);
    }

    private long page() {
        return switch (random.nextInt(12)) {
            case 0 -> FuzzMachine.CODE;
            case 1 -> FuzzMachine.VECTORS;
            case 2 -> FuzzMachine.TABLES + PAGE * random.nextInt(3);
            case 3 -> FuzzMachine.BLOCKS - PAGE * random.nextInt(2);
            case 4, 5, 6 -> FuzzMachine.FRAMES + PAGE * random.nextInt(2 * FuzzMachine.FRAME_PAGES);
            default -> FuzzMachine.HANDLES + PAGE * random.nextInt(18);
        };
    }

    /** A few pages go at once, or come at once. */
    private void evict(int machine) {
        if (once(6)) {
            add(Step.Kind.DELIVER, machine, random.nextInt(2));
            return;
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            long page = page() & -PAGE;
            // Without its code a guest does nothing at all.
            long most = page < FuzzMachine.FRAMES ? 2 : once(4) ? Pager.ALWAYS : 3;
            long failures = !once(6) ? 0 : transparent ? 1 : of(1, 2, most);
            add(Step.Kind.EVICT, machine, page, failures);
        }
    }

    /** A page of the guest's addresses is mapped elsewhere, or not at all: calls find it so from the next copy on. */
    private void remap(int machine) {
        if (translated) {
            add(
                    Step.Kind.LONGS,
                    machine,
                    FuzzMachine.DESCRIPTORS + 8 * random.nextInt(FuzzMachine.DESCRIPTOR_PAGES),
                    descriptor());
        }
    }

    private long descriptor() {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> FuzzMachine.HANDLES + PAGE * random.nextInt(16) | 0x783;
            case 2 -> of(0x0900_0000L, 0x2000_0000L, 0x3900_0000L, 0x3900_1000L) | 0x703;
            case 3 -> FuzzMachine.DESCRIPTORS | 0x703;
            default -> FuzzMachine.HANDLES + PAGE * random.nextInt(16) | 0x703;
        };
    }

    /** What happens in interrupts from now on: a call, and a store to an event word, a descriptor or an area. */
    private void handler(int machine, int vcpu) {
        long[] call = once(2) ? new long[] {Handler.NO_CALL, 0, 0, 0, 0, 0} : call(machine, slot());
        long address = 0;
        long value = 0;
        if (once(2)) {
            boolean table = translated && once(3);
            address = table
                    ? FuzzMachine.DESCRIPTORS + 8 * random.nextInt(FuzzMachine.DESCRIPTOR_PAGES)
                    : eventWord() & -8;
            value = table ? descriptor() : once(3) ? 0 : word() | word() << 32;
        }
        add(
                Step.Kind.HANDLER,
                machine,
                vcpu,
                once(5) ? 0 : 1,
                call[0],
                call[1],
                call[2],
                call[3],
                call[4],
                call[5],
                address,
                value);
    }

    private void run(int machine, int vcpu) {
        long instructions = random.nextInt(100);
        if (transparent || once(4)) {
            add(Step.Kind.RUN, machine, vcpu, instructions);
        } else {
            add(Step.Kind.RUN, machine, vcpu, instructions, (page() & -PAGE) + 8 * random.nextInt(512));
        }
    }

    private void multicall(int machine, int vcpu) {
        int entries = 1 + random.nextInt(4);
        long list = PAGE * (8 + random.nextInt(4)) + (once(4) ? PAGE - 64 : 0);
        for (int i = 0; i < entries; i++) {
            long[] call = call(machine, slot());
            add(
                    Step.Kind.LONGS,
                    machine,
                    FuzzMachine.HANDLES + list + 64L * i,
                    call[0],
                    random.nextInt(3),
                    call[1],
                    call[2],
                    call[3],
                    call[4],
                    call[5]);
        }
        long count = count(entries);
        add(Step.Kind.CALL, machine, vcpu, 13, FuzzMachine.HANDLES + list, count, 0, 0, 0);
    }

    private void words(int machine, long slot, long... words) {
        long[] values = new long[words.length + 2];
        values[0] = machine;
        values[1] = FuzzMachine.HANDLES + slot;
        for (int i = 0; i < words.length; i++) {
            values[i + 2] = words[i] & 0xFFFF_FFFFL;
        }
        add(Step.Kind.WORDS, values);
    }

    private void longs(int machine, long slot, long... words) {
        long[] values = new long[words.length + 2];
        values[0] = machine;
        values[1] = FuzzMachine.HANDLES + slot;
        System.arraycopy(words, 0, values, 2, words.length);
        add(Step.Kind.LONGS, values);
    }

    /** Writes the structure of a call and returns number and arguments. */
    private long[] call(int machine, long slot) {
        long[] call = anyCall(machine, slot);
        if (transparent && call[0] == 24 && (int) call[1] == 5) {
            // A runstate area tells of time, and waiting takes some.
            call[1] = 10;
        }
        if (transparent && call[0] == 18) {
            // Text that reaches as far as the list of calls that prints it tells of how often that list was
            // interrupted.
            call[2] &= 0x3FF;
        }
        return call;
    }

    private long[] anyCall(int machine, long slot) {
        return switch (random.nextInt(25)) {
            case 24 -> pageFaults(machine, slot);
            case 0, 1, 2 -> memory(machine, slot);
            case 3 -> grant(machine, slot);
            case 4, 5 -> vcpuOperation(machine, slot);
            case 6, 7 -> scheduler(machine, slot);
            case 8 -> new long[] {18, random.nextInt(3), count(random.nextInt(600)), handle(slot), 0, 0};
            case 9 -> new long[] {17, random.nextInt(17), once(3) ? 0 : handle(slot), 0, 0, 0};
            case 10 -> {
                words(machine, slot, domain(), of(SMALL), random.nextInt());
                yield new long[] {34, random.nextInt(3), handle(slot), 0, 0, 0};
            }
            case 11 ->
                new long[] {
                    once(2) ? of(NUMBERS) : random.nextLong(70) - 3, of(SMALL), handle(slot), of(SMALL), of(HOSTILE), -1
                };
            default -> event(machine, slot);
        };
    }

    private long[] event(int machine, long slot) {
        int command = random.nextInt(16);
        if (command >= 14 || command == 10 && !once(8)) {
            command = 4;
        }
        switch (command) {
            case 0 -> words(machine, slot, domain(), port(), 0);
            case 1 -> words(machine, slot, once(3) ? random.nextInt(26) : of(0, 1, 7, 11, 13), vcpu(), 0);
            case 2, 3, 4, 9 -> words(machine, slot, port(), 0);
            case 5 -> words(machine, slot, domain(), port(), 0, 0, 0, 0);
            case 6 -> words(machine, slot, 0x7FF0 | domain() << 16, 0);
            case 7 -> words(machine, slot, vcpu(), 0);
            case 8 -> words(machine, slot, port(), vcpu());
            case 11 -> longs(machine, slot, gfn(), offset() | vcpu() << 32);
            case 12 -> longs(machine, slot, gfn());
            case 13 -> words(machine, slot, port(), once(8) ? of(16, -1) : random.nextInt(16));
            default -> words(machine, slot, domain());
        }
        if (command == 10 && once(4)) {
            command = 14;
        }
        return new long[] {32, once(40) ? command | 1L << 32 : command, handle(slot), 0, 0, 0};
    }

    private long offset() {
        return once(3)
                ? of(0, 8, 4, 64, 4024, 4025, 4028, 4032, 4088, 4095, 4096, 0xFFFF_FFFFL)
                : 80L * random.nextInt(50);
    }

    private long[] memory(int machine, long slot) {
        long command = once(8) ? random.nextInt(30) : of(0, 1, 6, 7, 7, 15, 15, 23);
        if (command <= 1 || command == 6) {
            int order = once(4) ? (int) of(0, 1, 3, 9, 10, -1) : 0;
            long list = slot + 0x40;
            longs(machine, list, order == 0 ? gfn() : heap(), heap(), heap(), heap());
            long extents = count(1 + random.nextInt(4));
            longs(
                    machine,
                    slot,
                    handle(list),
                    extents,
                    Integer.toUnsignedLong(order) | (once(10) ? of(SMALL) << 32 : 0),
                    domain());
        } else if (command == 23) {
            longs(machine, slot + 0x40, random.nextInt(3), gfn(), gfn());
            longs(
                    machine,
                    slot,
                    domain()
                            | random.nextInt(6) << 16
                            | (long) random.nextInt(4) << 32
                            | (once(3) ? domain() << 48 : 0),
                    handle(slot + 0x40),
                    handle(slot + 0x48),
                    handle(slot + 0x60));
        } else if (command == 15) {
            longs(machine, slot, domain(), gfn());
        } else {
            longs(machine, slot, domain() | (long) random.nextInt(7) << 32, once(2) ? 0 : of(SMALL), gfn());
        }
        return new long[] {12, once(15) ? command | of(SMALL) << 6 : command, handle(slot), 0, 0, 0};
    }

    private long[] grant(int machine, long slot) {
        longs(machine, slot, domain() | of(SMALL) << 32, of(SMALL), handle(slot + 0x80), of(SMALL), of(HOSTILE));
        return new long[] {20, once(10) ? of(SMALL) : random.nextInt(14), handle(slot), count(1), 0, 0};
    }

    /** Registers for page faults, often with a port that is an IPI of the vCPU, or takes that back. */
    private long[] pageFaults(int machine, long slot) {
        longs(
                machine,
                slot,
                gfn(),
                64L * random.nextInt(once(5) ? 70 : 8) | port() << 32,
                of(8, 8, 16, 64, 7, 1024) | (long) random.nextInt(once(10) ? 16 : 2) << 32);
        return new long[] {55, once(10) ? of(SMALL) : of(0, 1, 1, 1, 1, 2), handle(slot), 0, 0, 0};
    }

    private long[] vcpuOperation(int machine, long slot) {
        boolean registers = once(2);
        if (registers) {
            longs(machine, slot, gfn(), offset());
        } else {
            longs(machine, slot, once(5) ? 0 : handle(slot + 0x80));
        }
        return new long[] {24, once(10) ? of(SMALL) : registers ? 10 : 5, vcpu(), handle(slot), 0, 0};
    }

    private long[] scheduler(int machine, long slot) {
        long command = once(10) ? of(SMALL) : of(0, 1, 3, 3, 3, 3, 5, 6, 6);
        if (command == 3) {
            words(machine, slot + 0x40, port(), port(), port());
            longs(
                    machine,
                    slot,
                    FuzzMachine.HANDLES + slot + 0x40,
                    once(2) ? 1 : of(0, 2, 3, 128, 129, 0xFFFF_FFFFL),
                    once(2) ? 0 : of(1, -1, 1000, Long.MAX_VALUE));
        } else {
            words(machine, slot, once(4) ? of(SMALL) : random.nextInt(7), of(SMALL));
        }
        if (command == 2 && !once(4)) {
            command = 0;
        }
        return new long[] {29, command, handle(slot), 0, 0, 0};
    }
}
