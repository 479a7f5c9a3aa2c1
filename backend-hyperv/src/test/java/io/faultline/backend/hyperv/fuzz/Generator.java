/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Makes sequences of random steps, most of them with values that nearly fit. */
final class Generator extends Picks {
    /** A sequence has a few of these whatever its length: making a machine takes as long as hundreds of calls. */
    private static final int CHANCES_FOR_A_NEW_LIFE = 96;

    private final int seldom;

    private final List<Step> steps = new ArrayList<>();

    private Generator(RandomGenerator random, int machines, int vcpus, int count) {
        super(random, machines, vcpus);
        seldom = 1 + count / CHANCES_FOR_A_NEW_LIFE;
    }

    /** Makes the sequence of a seed with so many steps at least. */
    static Sequence sequence(long seed, int count) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int machines = random.nextInt(3) == 0 ? 2 : 1;
        int vcpus = 1 + random.nextInt(3);
        Generator generator = new Generator(random, machines, vcpus, count);
        generator.transparent = random.nextInt(6) == 0;
        generator.evicting = generator.transparent || random.nextInt(3) == 0;
        generator.calm = random.nextInt(4) != 0;
        generator.intercepting = random.nextInt(3) == 0;
        if (!generator.transparent && random.nextInt(3) == 0) {
            generator.traits.add(Trait.ANNOUNCED);
        } else if ((generator.evicting || generator.intercepting) && random.nextInt(3) == 0) {
            generator.traits.add(Trait.TRANSLATED);
        }
        for (int machine = 0; machine < machines; machine++) {
            for (int vcpu = 1; vcpu < vcpus; vcpu++) {
                generator.add(Step.Kind.POWER, machine, vcpu);
            }
        }
        for (int machine = 0; machine < machines; machine++) {
            if (!generator.once(5)) {
                generator.prepare(machine);
            }
        }
        for (int i = 0; i < count; i++) {
            generator.next();
        }
        Map<String, String> settings = RandomSettings.of(random, generator.calm, generator.transparent);
        return new Sequence(machines, vcpus, generator.traits, settings, generator.steps);
    }

    private void add(Step.Kind kind, long... values) {
        steps.add(new Step(kind, values));
    }

    /** What Linux does, and ports and connections of each kind. */
    private void prepare(int machine) {
        prepareMore(machine);
        if (traits.contains(Trait.ANNOUNCED)) {
            for (int vcpu = 0; vcpu < vcpus; vcpu++) {
                wantFaults(machine, vcpu);
            }
        }
    }

    private void prepareMore(int machine) {
        if (intercepting) {
            add(Step.Kind.INTERCEPTS, machine, 1);
        }
        set(machine, 0, Registers.OS_ID, 0x8100_0006_0C75_0000L);
        for (int vcpu = 0; vcpu < vcpus; vcpu++) {
            for (int source : new int[] {2, 3}) {
                set(machine, vcpu, Registers.SINT + source, of(18, 19, 17, 1 << 16, 18 | 1 << 18, 31 | 1L << 40));
            }
            set(machine, vcpu, Registers.SIMP, FuzzMachine.OVERLAYS + PAGE * (3 * vcpu) | 1);
            set(machine, vcpu, Registers.SIEFP, FuzzMachine.OVERLAYS + PAGE * (3 * vcpu + 1) | 1);
            set(machine, vcpu, Registers.SCONTROL, 1);
        }
        add(Step.Kind.MESSAGE_PORT, machine, 1, 0, 2);
        add(Step.Kind.MESSAGE_PORT, machine, 2, vcpus - 1L, 3);
        add(Step.Kind.EVENT_PORT, machine, 3, 0, 2, 0, 2048);
        add(Step.Kind.EVENT_PORT, machine, 4, vcpus - 1L, 3, 2040, 8);
        add(Step.Kind.LISTEN, machine, 1, 0);
        add(Step.Kind.LISTEN, machine, 2, 16);
        for (int i = 1; i < 5; i++) {
            add(Step.Kind.CONNECT, machine, 2L + i, machines - 1L - machine, i);
        }
    }

    /** A timer that runs, often one that is due very often. */
    private void timers(int machine) {
        int vcpu = vcpu();
        int timer = 2 * random.nextInt(4);
        set(machine, vcpu, TimerModel.FIRST + timer, timer(true) & ~0xF | of(1, 3, 3, 9, 11));
        set(machine, vcpu, TimerModel.FIRST + timer + 1, timer(false));
        if (once(2)) {
            add(Step.Kind.TIME, machine, random.nextLong(1L << random.nextInt(24)));
        }
    }

    // What happens.

    private void next() {
        int machine = random.nextInt(machines);
        switch (random.nextInt(traits.contains(Trait.ANNOUNCED) ? 83 : 71)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> registersInRegisters(machine);
            case 9, 10, 11, 12 -> registersInMemory(machine);
            case 13, 14, 15, 16, 17, 18 -> post(machine);
            case 19, 20, 21, 22 -> signal(machine);
            case 23, 24, 25, 26, 27, 28 -> add(Step.Kind.TAKE, machine, vcpu(), source());
            case 29, 30 -> add(Step.Kind.INTERRUPT, machine, vcpu());
            case 31, 32, 33 -> slot(machine);
            case 34 -> words(machine);
            case 35, 36 -> vmmPosts(machine);
            case 37 -> add(Step.Kind.SIGNAL, machine, port(), flag());
            case 38 -> add(Step.Kind.DIRECT, machine, once(8) ? of(SMALL) : vcpu(), source(), flag());
            case 39 -> ports(machine);
            case 40 -> react(machine);
            case 41 -> any(machine);
            case 42 -> add(Step.Kind.GO_ON, machine, vcpu());
            case 43 -> raw(machine);
            case 44, 45, 46 -> {
                if (evicting) {
                    evict(machine);
                }
            }
            case 47 -> add(Step.Kind.TIME, machine, random.nextLong(1L << random.nextInt(34)));
            case 48 -> {
                // Without its first vCPU a machine begins anew.
                int vcpu = vcpu();
                if (vcpu != 0 || once(seldom)) {
                    add(Step.Kind.POWER, machine, vcpu);
                }
            }
            case 49 -> {
                if (once(2 + seldom / 8)) {
                    int vcpu = vcpu();
                    add(Step.Kind.RESTART, machine, vcpu);
                    if (vcpu != 0) {
                        add(Step.Kind.POWER, machine, vcpu);
                    }
                    again(machine, vcpu);
                }
            }
            case 50 -> {
                if (once(seldom)) {
                    life(machine);
                }
            }
            case 51 -> simple(machine);
            case 64 -> touch(machine);
            case 70 -> trigger(machine);
            case 82, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81 -> fault(machine);
            case 65, 66, 67, 68, 69 -> {
                if (intercepting) {
                    intercept(machine);
                }
            }
            case 59, 60 -> guestPorts(machine);
            case 62, 63 -> timers(machine);
            case 61 -> {
                if (once(4)) {
                    readAll(machine, vcpu());
                }
                add(Step.Kind.RACE, machine, random.nextInt(2), once(3) ? random.nextInt(4) : 0);
            }
            case 52, 53 -> again(machine, vcpu());
            case 54, 55 -> flood(machine);
            case 56, 57, 58 -> set(machine, vcpu(), Registers.EOM, random.nextLong());
            default -> registersInRegisters(machine);
        }
    }

    private void life(int machine) {
        switch (random.nextInt(6)) {
            case 0 -> {
                add(Step.Kind.RESET, machine);
                prepare(machine);
            }
            case 1 -> {
                add(Step.Kind.REPLACE, machine);
                for (int vcpu = 1; vcpu < vcpus; vcpu++) {
                    add(Step.Kind.POWER, machine, vcpu);
                }
                prepare(machine);
            }
            default -> {
                add(Step.Kind.MOVE, machine);
                readAll(machine, vcpu());
            }
        }
    }

    /** Every register that a vCPU has, and some that it has not, as far as there is no error. */
    private void readAll(int machine, int vcpu) {
        long at = FuzzMachine.PARAMETERS + 0x2000;
        int count = 0;
        add(Step.Kind.LONGS, machine, at, SELF, SELF_VP);
        for (long name = Registers.SINT; name <= Registers.EOM; name++) {
            add(Step.Kind.WORDS, machine, at + 16 + 4L * count++, name);
        }
        for (long name : new long[] {
            Registers.OS_ID,
            Registers.ASSIST_PAGE,
            Registers.REFERENCE_TSC,
            Registers.SEQUENCE,
            0x4_0400,
            0xB_0000,
            0xB_0001,
            0xB_0002,
            0xB_0003,
            0xB_0004,
            0xB_0005,
            0xB_0006,
            0xB_0007,
            0x210,
            0x214
        }) {
            add(Step.Kind.WORDS, machine, at + 16 + 4L * count++, name);
        }
        add(Step.Kind.CALL, machine, vcpu, 0, 0x50 | (long) count << 32, at, at + 0x1000);
    }

    /** A controller that may have been left in any state is switched on as a driver does. */
    private void again(int machine, int vcpu) {
        set(machine, vcpu, Registers.SCONTROL, 1);
        set(machine, vcpu, Registers.SIMP, FuzzMachine.OVERLAYS + PAGE * (3 * vcpu + (once(4) ? 1 : 0)) | 1);
        set(machine, vcpu, Registers.SINT + (int) source(), 18);
    }

    private void call(int machine, int vcpu, boolean legacy, long control, long... parameters) {
        long[] values = new long[4 + parameters.length];
        values[0] = machine;
        values[1] = vcpu;
        values[2] = legacy ? 1 : 0;
        values[3] = control(control);
        System.arraycopy(parameters, 0, values, 4, parameters.length);
        add(once(12) ? Step.Kind.BEGIN : Step.Kind.CALL, values);
    }

    private void set(int machine, int vcpu, int name, long value) {
        add(Step.Kind.CALL, machine, vcpu, 0, 0x51 | FAST | ONE, SELF, SELF_VP, name, 0, value, 0);
    }

    private void registersInRegisters(int machine) {
        boolean set = !once(3);
        int count = once(4) ? 1 + random.nextInt(once(5) ? 9 : set ? 3 : 5) : 1;
        long[] parameters = new long[set ? Math.min(16, 2 + 4 * count) : 2 + (count + 1) / 2];
        parameters[0] = header();
        parameters[1] = named() | vtl() << 32;
        for (int i = 0; i < count; i++) {
            long name = register();
            if (!set) {
                parameters[2 + i / 2] |= (name & 0xFFFF_FFFFL) << 32 * (i % 2);
            } else if (5 + 4 * i < parameters.length) {
                parameters[2 + 4 * i] = name & 0xFFFF_FFFFL | (once(10) ? random.nextLong() << 32 : 0);
                parameters[4 + 4 * i] = value(name);
                parameters[5 + 4 * i] = once(10) ? random.nextLong() : 0;
            }
        }
        long start = once(10) ? random.nextInt(count + 1) : 0;
        call(machine, vcpu(), once(3), (set ? 0x51 : 0x50) | FAST | (long) count << 32 | start << 48, parameters);
    }

    private void registersInMemory(int machine) {
        boolean set = once(2);
        int most = once(6) ? 130 : 8;
        int count = 1 + random.nextInt(most);
        int element = set ? 32 : 4;
        long at = parameters(16 + element * count);
        add(Step.Kind.LONGS, machine, at, header(), named() | vtl() << 32);
        for (int i = 0; i < count; i++) {
            long name = i > 8 ? of(0x100, 0x200, 0x9_0003, Registers.SINT + 4) : register();
            if (set) {
                name = i > 8 ? Registers.SINT + 4 + i % 8 : name;
                add(Step.Kind.LONGS, machine, at + 16 + 32L * i, name & 0xFFFF_FFFFL, 0, value(name), 0);
            } else {
                add(Step.Kind.WORDS, machine, at + 16 + 4L * i, name);
            }
        }
        long named = once(12) ? of(1, 255, 256, 1000, 4095) : count;
        long start = once(8) ? random.nextInt(count + 1) : 0;
        long output = once(8) ? at : parameters(16 * count);
        call(machine, vcpu(), once(3), (set ? 0x51 : 0x50) | named << 32 | start << 48, at, output);
    }

    private void message(int machine, long at) {
        long type = once(12) ? of(SMALL) : 1 + random.nextInt(3);
        long size = once(4) ? of(0, 1, 7, 8, 239, 240, 241, 256, 1L << 31, -1) : random.nextInt(32);
        add(Step.Kind.WORDS, machine, at, connection() & 0xFFFF_FFFFL, 0, type & 0xFFFF_FFFFL, size & 0xFFFF_FFFFL);
        add(
                Step.Kind.LONGS,
                machine,
                at + 16,
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong());
    }

    private void post(int machine) {
        long at = parameters(256);
        message(machine, at);
        if (once(12)) {
            // To the VMM, most often.
            add(Step.Kind.WORDS, machine, at, 1L + random.nextInt(2));
            // The VMM, or another vCPU, changes the message while it is on its way.
            add(Step.Kind.REACT, machine, Reaction.STORE, at + of(0, 8, 8, 12, 16), once(2) ? 0 : random.nextInt(), 0);
        }
        call(machine, vcpu(), once(4), 0x5C | (once(40) ? FAST : 0), at, once(4) ? of(HOSTILE) : 0);
    }

    private void signal(int machine) {
        long input = connection() & 0xFFFF_FFFFL | flag() << 32 | (once(20) ? random.nextLong() << 48 : 0);
        if (once(3)) {
            long at = parameters(8);
            add(Step.Kind.LONGS, machine, at, input);
            call(machine, vcpu(), once(4), 0x5D, at, once(4) ? of(HOSTILE) : 0);
        } else {
            call(machine, vcpu(), once(4), 0x5D | FAST, input, random.nextLong());
        }
    }

    private void simple(int machine) {
        long code = of(0x46, 0x08);
        call(machine, vcpu(), once(3), code | (once(2) ? FAST : 0), parameters(8), parameters(8));
    }

    private void any(int machine) {
        long[] parameters = new long[random.nextInt(6)];
        Arrays.setAll(parameters, i -> once(2) ? of(HOSTILE) : parameters(64));
        call(machine, vcpu(), once(3), once(2) ? random.nextLong() : of(CODES) | (once(2) ? FAST : 0), parameters);
    }

    /** What a guest writes to a slot, or to flags, or anywhere in an overlay page. */
    private void slot(int machine) {
        long page = FuzzMachine.OVERLAYS + PAGE * random.nextInt(3 * vcpus);
        long slot = page + 256 * source();
        switch (random.nextInt(6)) {
            case 0, 1 -> add(Step.Kind.WORDS, machine, slot, 0);
            case 2 ->
                add(Step.Kind.WORDS, machine, slot, of(1, 0x8000_0010L, 0xFFFF_FFFFL, random.nextInt() & 0xFFFF_FFFFL));
            case 3 -> add(Step.Kind.BYTES, machine, slot + 4 + random.nextInt(12), random.nextInt(256));
            case 4 -> add(Step.Kind.LONGS, machine, slot + 8L * random.nextInt(32), once(2) ? 0 : random.nextLong());
            default -> add(Step.Kind.LONGS, machine, page + 8L * random.nextInt(512), once(2) ? -1 : random.nextLong());
        }
    }

    private void words(int machine) {
        add(Step.Kind.WORDS, machine, parameters(8), random.nextInt() & 0xFFFF_FFFFL, random.nextInt(4));
    }

    private void vmmPosts(int machine) {
        long size = once(6) ? of(0, 239, 240, 241) : random.nextInt(40);
        add(Step.Kind.POST, machine, port(), once(12) ? of(SMALL) : 1 + random.nextInt(5), size, random.nextInt(256));
    }

    /** More messages than a port has buffers. */
    private void flood(int machine) {
        if (once(3)) {
            long port = 1 + random.nextInt(2);
            for (int i = 0; i < 18; i++) {
                add(Step.Kind.POST, machine, port, i + 1, i, i);
            }
        }
    }

    private void ports(int machine) {
        switch (random.nextInt(8)) {
            case 0, 1 -> add(Step.Kind.CLOSE_PORT, machine, port());
            case 2 -> add(Step.Kind.MESSAGE_PORT, machine, port(), target(), once(10) ? of(SMALL) : source());
            case 3 ->
                add(
                        Step.Kind.EVENT_PORT,
                        machine,
                        port(),
                        target(),
                        once(10) ? of(SMALL) : source(),
                        once(2) ? of(0, 1, 2040, 2047, 2048) : 0,
                        once(2) ? of(0, 1, 8, 9, 2048, 2049) : 64);
            case 4 -> add(Step.Kind.DISCONNECT, machine, connection());
            case 5 -> add(Step.Kind.LISTEN, machine, connection(), once(2) ? 0 : of(1, 16, 2048, 2049));
            default -> add(Step.Kind.CONNECT, machine, connection(), random.nextInt(machines), port());
        }
    }

    /** What a guest with the privilege can do itself. */
    private void guestPorts(int machine) {
        long self = once(12) ? of(HOSTILE) : SELF;
        long[] in = switch (random.nextInt(4)) {
            case 0 -> {
                long kind = once(10) ? of(SMALL) & 0xFFFF_FFFFL : 1 + random.nextInt(2);
                long vcpu = once(10) ? of(SMALL) : once(3) ? of(SELF_VP, -1) : vcpu();
                long flags = once(3) ? of(0, 2047 | 1 << 16, 2047 | 2 << 16, 1 << 16, 0xFFFF_FFFFL) : 64 << 16;
                yield new long[] {
                    self,
                    port() & 0xFFFF_FFFFL | (once(15) ? of(SMALL) << 32 : 0),
                    once(2) ? self : once(2) ? 0 : of(HOSTILE),
                    kind,
                    (once(10) ? of(SMALL) & 0xFFFF_FFFFL : source()) | vcpu << 32,
                    flags,
                    0
                };
            }
            case 1 -> new long[] {self, port() & 0xFFFF_FFFFL};
            case 2 ->
                new long[] {
                    self,
                    connection() & 0xFFFF_FFFFL | (once(15) ? of(SMALL) << 32 : 0),
                    once(12) ? of(HOSTILE) : SELF,
                    port() & 0xFFFF_FFFFL,
                    once(10) ? of(SMALL) & 0xFFFF_FFFFL : 1 + random.nextInt(2),
                    0,
                    0,
                    0,
                    0
                };
            default -> new long[] {self, connection() & 0xFFFF_FFFFL};
        };
        long code = in.length == 7 ? 0x95 : in.length == 9 ? 0x96 : of(0x58, 0x5B);
        if (once(2)) {
            call(machine, vcpu(), once(3), code | FAST, in);
        } else {
            long at = parameters(8 * in.length);
            long[] values = new long[in.length + 2];
            values[0] = machine;
            values[1] = at;
            System.arraycopy(in, 0, values, 2, in.length);
            add(Step.Kind.LONGS, values);
            call(machine, vcpu(), once(3), code, at, 0);
        }
    }

    private void react(int machine) {
        int what = random.nextInt(Reaction.KINDS);
        switch (what) {
            case Reaction.ANSWER -> add(Step.Kind.REACT, machine, what, random.nextInt(9), 0, 0);
            case Reaction.STORE -> add(Step.Kind.REACT, machine, what, parameters(8), random.nextInt(16), 0);
            case Reaction.POST ->
                add(Step.Kind.REACT, machine, what, port(), 1 + random.nextInt(3), random.nextInt(16));
            case Reaction.DISCONNECT -> add(Step.Kind.REACT, machine, what, 1 + random.nextInt(CONNECTIONS), 0, 0);
            case Reaction.DIRECT -> add(Step.Kind.REACT, machine, what, vcpu(), source(), flag());
            default -> add(Step.Kind.REACT, machine, what, port(), flag(), 0);
        }
    }

    private void raw(int machine) {
        long function = switch (random.nextInt(4)) {
            case 0 -> of(0x8600_FF01L, 0xC600_FF01L, 0x8000_0000L, 0x8000_0001L);
            case 1 -> random.nextLong();
            default ->
                of(0x4600_0000L, 0x4600_0002L, 0xC600_0001L, 0x8600_0001L, 0x4600_0001L, -1, 0xFFFF_FFFF_4600_0002L);
        };
        add(Step.Kind.RAW, machine, vcpu(), random.nextInt(3), function);
    }

    private void touch(int machine) {
        long page = once(12) ? FuzzMachine.CODE + PAGE * random.nextInt(FuzzMachine.CODE_PAGES) : absentee();
        long at = 8L * random.nextInt(512);
        add(Step.Kind.TOUCH, machine, vcpu(), page + at, random.nextInt(4), once(2) ? 0 : random.nextLong());
    }

    private void trigger(int machine) {
        long channel = once(10) ? of(SMALL) : random.nextInt(Channels.PLANNED.size());
        long vcpu = once(10) ? of(SMALL) : vcpu();
        if (once(2)) {
            // A vCPU that takes interrupts, if pages are where they are most often.
            add(Step.Kind.TOUCH, machine, vcpu, FuzzMachine.PARAMETERS, 4, 0);
        }
        add(Step.Kind.TRIGGER, machine, channel, vcpu, random.nextInt(4));
    }

    /** A guest that wants to be told of faults. */
    private void wantFaults(int machine, int vcpu) {
        long source = faultSource();
        set(machine, vcpu, 0x4_0400, FuzzMachine.VECTORS + (once(3) ? random.nextInt(2048) : 0));
        set(machine, vcpu, Registers.ASSIST_PAGE, FuzzMachine.OVERLAYS + PAGE * (3 * vcpu + 2) | 1);
        set(machine, vcpu, Registers.SINT + (int) source, once(8) ? 1 << 16 : FaultModel.INTERRUPT);
        // One of them is offered.
        long control = faultControl(source);
        set(machine, vcpu, FaultModel.CONTROL, control);
        set(machine, vcpu, FaultModel.CONTROL, control ^ 4);
    }

    /** What a guest does that is told of faults, and what is done to it. */
    private void fault(int machine) {
        int vcpu = vcpu();
        long assist = FuzzMachine.OVERLAYS + PAGE * (3 * vcpu + 2);
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> {
                long page = once(3) ? absentee() : FuzzMachine.OVERLAYS + PAGE * (9 + random.nextInt(8));
                if (once(3)) {
                    // It may be lost.
                    add(Step.Kind.EVICT, machine, page, once(2) ? of(1, 2, Pager.LOST) : 0);
                } else {
                    add(Step.Kind.EVICT, machine, page, 0);
                }
                long how = once(8) ? random.nextInt(8) : 4 + random.nextInt(4);
                add(Step.Kind.TOUCH, machine, vcpu, page + 8L * random.nextInt(512), how, 7);
                if (!once(3)) {
                    add(Step.Kind.WORDS, machine, assist + 0x40, once(6) ? random.nextInt(4) : 0);
                }
            }
            case 5, 6 -> add(Step.Kind.WORDS, machine, assist + 0x40, of(0, 0, 2, 3, 1));
            case 7, 8 -> add(Step.Kind.DELIVER, machine, random.nextInt(2));
            case 9, 10 -> add(Step.Kind.TAKE, machine, vcpu, faultSource());
            case 11 -> add(Step.Kind.INTERRUPT, machine, vcpu);
            case 12, 13 ->
                add(
                        Step.Kind.LONGS,
                        machine,
                        FuzzMachine.OVERLAYS + PAGE * (3 * vcpu + 1) + 256 * faultSource(),
                        once(2) ? -1L << random.nextInt(4) : once(3) ? random.nextLong() : 0);
            case 14 -> {
                long value = once(6) ? 0 : once(8) ? random.nextLong() : faultControl(faultSource());
                set(machine, vcpu, once(12) ? FaultModel.LIMITS : FaultModel.CONTROL, value);
            }
            default -> {
                if (!once(4)) {
                    // There may have been a reset.
                    set(machine, vcpu, Registers.OS_ID, 0x8100_0006_0C75_0000L);
                    again(machine, vcpu);
                    set(machine, vcpu, Registers.SIEFP, FuzzMachine.OVERLAYS + PAGE * (3 * vcpu + 1) | 1);
                    wantFaults(machine, vcpu);
                } else {
                    add(
                            Step.Kind.CALL,
                            machine,
                            vcpu,
                            0,
                            0x50 | FAST | 2L << 32,
                            SELF,
                            SELF_VP,
                            FaultModel.CONTROL | (long) (once(2) ? FaultModel.LIMITS : 0x4_0401) << 32);
                }
            }
        }
    }

    private void intercept(int machine) {
        switch (random.nextInt(12)) {
            case 0, 1 -> add(Step.Kind.INTERCEPTS, machine, once(4) ? 0 : 1);
            case 2, 3 -> add(Step.Kind.RESUME, machine, vcpu());
            case 4, 5, 6 -> touch(machine);
            case 7 -> add(Step.Kind.PERMIT, machine, of(HOSTILE), random.nextInt(8));
            default -> {
                long page = absentee();
                add(Step.Kind.PERMIT, machine, page, once(4) ? InterceptModel.ALL : random.nextInt(8));
                if (once(2)) {
                    add(Step.Kind.TOUCH, machine, vcpu(), page + 8L * random.nextInt(512), random.nextInt(4), 0);
                }
            }
        }
    }

    private void evict(int machine) {
        if (once(3)) {
            add(Step.Kind.DELIVER, machine, random.nextInt(2));
            return;
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            long failures = transparent || once(2) ? 0 : of(1, 2, Pager.LOST);
            add(Step.Kind.EVICT, machine, absentee(), failures);
        }
    }
}
