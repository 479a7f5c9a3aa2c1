/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a machine must look like, after hyperv.md alone: memory, overlay pages, registers, queues, interrupts. Where the
 * reference leaves an error open, every status that it allows is right, and nothing has happened.
 */
final class Model {
    static final int PAGE = 4096;
    static final int SUCCESS = 0;
    static final int GET = 0x50;
    static final int SET = 0x51;
    static final int POST = 0x5C;
    static final int SIGNAL = 0x5D;

    /** Kinds of pages of a vCPU. */
    static final int MESSAGES = 0;

    static final int FLAGS = 1;
    static final int ASSIST = 2;

    /** What happens outside of the machine while a guest makes a call. */
    interface Outside {
        /** Whether a page of RAM is lost. */
        boolean isLost(long page);

        /** A message reaches the VMM; returns what it says to that. */
        int received(int connection, int type, byte... payload);

        /** A signal reaches the VMM. */
        void signalled(int connection, int flag);
    }

    /** What is known of one execution of HVC. */
    static final class Answer {
        /** Statuses that are right. */
        final BitSet statuses = new BitSet();

        int completed;
        /** The guest executes the instruction again. */
        boolean isUnfinished;

        void refuse(int status) {
            statuses.set(status);
        }

        boolean isRefused() {
            return !statuses.isEmpty();
        }
    }

    /** A number that only the machine knows; it is looked up afterwards. */
    record Unknown(int register, byte[] page, int offset, int name, int vcpu) {}

    private record Shape(
            int privilege, boolean list, int input, int element, int output, boolean memory, boolean always) {}

    private static final Map<Integer, Shape> SHAPES = Map.ofEntries(
            Map.entry(GET, new Shape(49, true, 16, 4, 16, false, true)),
            Map.entry(SET, new Shape(49, true, 16, 32, 0, false, true)),
            Map.entry(0x46, new Shape(33, false, 0, 0, 8, false, false)),
            Map.entry(0x08, new Shape(-1, false, 8, 0, 0, false, false)),
            Map.entry(POST, new Shape(36, false, 256, 0, 0, true, false)),
            Map.entry(SIGNAL, new Shape(37, false, 8, 0, 0, false, false)),
            Map.entry(SynicModel.CREATE, new Shape(38, false, 56, 0, 0, false, false)),
            Map.entry(SynicModel.DELETE, new Shape(38, false, 16, 0, 0, false, false)),
            Map.entry(SynicModel.CONNECT, new Shape(39, false, 72, 0, 0, false, false)),
            Map.entry(SynicModel.DISCONNECT, new Shape(39, false, 16, 0, 0, false, false)));

    /** Known calls that no guest may make here (hyperv.md 1.7): there may be no such call, or no privilege for it. */
    private static final BitSet OTHERS = new BitSet();

    static {
        for (int code : new int[] {
            0x0B, 0x15, 0x0C, 0x0D, 0x0F, 0x11, 0x12, 0x4D, 0x7E, 0x8B, 0x90, 0x94, 0x99, 0x9A, 0xBD, 0xC0, 0xC1, 0xD9,
            0xDB, 0xE1, 0xE2, 0xE3, 0xE4, 0x106, 0x107, 0x110, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006
        }) {
            OTHERS.set(code);
        }
    }

    private static final long RESERVED = 0xF000_F000_F800_0000L;

    final int vcpus;
    private final Choices choices;
    private final Outside outside;
    final byte[][] ram = new byte[FuzzMachine.RAM_PAGES][PAGE];
    final byte[][] rom = new byte[FuzzMachine.ROM_PAGES][PAGE];
    final byte[] tsc = new byte[PAGE];
    /** The page of the reference time has new content, which only the machine knows. */
    boolean isTscWritten;

    int lastSequence;
    final byte[][] frames;

    final Registers registers;
    final SynicModel synic;
    final InterceptModel intercepts;
    final FaultModel faults;
    final List<Unknown> unknown = new ArrayList<>();
    /** Where each overlay page is: three of each vCPU, then that of the reference time. */
    final long[] overlays;

    Model(int vcpus, Set<Trait> traits, Choices choices, Outside outside) {
        this.vcpus = vcpus;
        this.choices = choices;
        this.outside = outside;
        frames = new byte[3 * vcpus][PAGE];
        overlays = new long[3 * vcpus + 1];
        synic = new SynicModel(this, choices);
        registers = new Registers(this, choices);
        intercepts = new InterceptModel(this);
        faults = new FaultModel(this, choices, traits.contains(Trait.ANNOUNCED));
    }

    /**
     * The choices of the backend, from its settings.
     *
     * @param settings those that are not as hyperv.md recommends
     * @param straddle status of a block that crosses a page
     * @param unreadable status of a block that is not there
     * @param gated status of a call before the guest has named itself
     * @param reps elements of a list that are handled at once
     * @param others whether registers of other vCPUs can be named
     * @param privileges of the partition
     */
    record Choices(
            Map<String, String> settings,
            int straddle,
            int unreadable,
            int gated,
            int reps,
            boolean others,
            long privileges) {
        static Choices of(Map<String, String> settings) {
            Map<String, String> all = new TreeMap<>(settings);
            return new Choices(
                    all,
                    Integer.parseInt(all.getOrDefault("hyperv.straddle-status", "4")),
                    Integer.parseInt(all.getOrDefault("hyperv.unreadable-status", "3")),
                    Integer.parseInt(all.getOrDefault("hyperv.gate-status", "2")),
                    Integer.parseInt(all.getOrDefault("hyperv.reps-per-entry", "64")),
                    all.getOrDefault("hyperv.other-vcpus", "denied").equals("allowed"),
                    Long.decode(all.getOrDefault("hyperv.privileges", "0x000a00300000027f")));
        }

        boolean has(int privilege) {
            return privilege < 0 || (privileges >>> privilege & 1) != 0;
        }

        /** Whether something that is not usual was chosen. */
        boolean is(String key, String unusual) {
            return unusual.equals(settings.get("hyperv." + key));
        }
    }

    // Memory.

    byte[] frame(int vcpu, int kind) {
        return frames[3 * vcpu + kind];
    }

    /** The index of the overlay page in this place; -1 if there is none. */
    int overlay(long page) {
        for (int i = 0; i < overlays.length; i++) {
            if ((overlays[i] & 1) != 0 && (overlays[i] & -PAGE) == page) {
                return i;
            }
        }
        return -1;
    }

    /** What a guest finds at an address; null if there is no memory. */
    byte @Nullable [] page(long address) {
        long page = address & -PAGE;
        int overlay = overlay(page);
        if (overlay >= 0) {
            return overlay < frames.length ? frames[overlay] : tsc;
        }
        return beneath(page);
    }

    /** The page of memory itself. */
    byte @Nullable [] beneath(long page) {
        long number = page - FuzzMachine.RAM >> 12;
        if (number >= 0 && number < ram.length) {
            return ram[(int) number];
        }
        number = page - FuzzMachine.ROM >> 12;
        return number >= 0 && number < rom.length ? rom[(int) number] : null;
    }

    private boolean isThere(long address, boolean written) {
        byte[] page = page(address);
        if (page == null || written && overlay(address & -PAGE) < 0 && isRom(address)) {
            return false;
        }
        return overlay(address & -PAGE) >= 0 || !outside.isLost(address & -PAGE);
    }

    static boolean isRom(long address) {
        return address >= FuzzMachine.ROM && address < FuzzMachine.ROM + FuzzMachine.ROM_PAGES * (long) PAGE;
    }

    /** Moves an overlay page; returns whether that is possible. */
    boolean move(int overlay, long value) {
        long page = value & -PAGE;
        if ((value & 1) != 0) {
            int there = overlay(page);
            if (beneath(page) == null || isRom(page) || there >= 0 && there != overlay) {
                return false;
            }
        }
        overlays[overlay] = value;
        return true;
    }

    static int load32(byte[] from, int at) {
        return from[at] & 0xFF | (from[at + 1] & 0xFF) << 8 | (from[at + 2] & 0xFF) << 16 | (from[at + 3] & 0xFF) << 24;
    }

    static long load64(byte[] from, int at) {
        return Integer.toUnsignedLong(load32(from, at)) | (long) load32(from, at + 4) << 32;
    }

    static void store64(byte[] to, int at, long value) {
        for (int i = 0; i < 8; i++) {
            to[at + i] = (byte) (value >>> 8 * i);
        }
    }

    static void store32(byte[] to, int at, int value) {
        for (int i = 0; i < 4; i++) {
            to[at + i] = (byte) (value >>> 8 * i);
        }
    }

    // What happens to the whole machine.

    /** Memory keeps its content, but the hypervisor's pages do not. */
    void reset() {
        registers.reset();
        synic.reset();
        intercepts.reset();
        for (int i = 0; i < vcpus; i++) {
            resetVcpu(i);
        }
        overlays[frames.length] = 0;
        Arrays.fill(tsc, (byte) 0);
        isTscWritten = false;
        lastSequence = 0;
    }

    void resetVcpu(int vcpu) {
        faults.reset(vcpu);
        registers.resetVcpu(vcpu);
        synic.resetVcpu(vcpu);
        intercepts.suspended[vcpu] = false;
        for (int kind = 0; kind < 3; kind++) {
            overlays[3 * vcpu + kind] = 0;
            Arrays.fill(frame(vcpu, kind), (byte) 0);
        }
    }

    /** Tells models apart that are not the same. */
    long hash() {
        long hash = registers.osId;
        for (byte[][] pages : new byte[][][] {ram, frames}) {
            for (byte[] page : pages) {
                hash = hash * 31 + Arrays.hashCode(page);
            }
        }
        return hash * 31 + Arrays.hashCode(overlays);
    }

    // Hypercalls.

    /** One HVC of a hypercall: changes registers and everything else as it must, but for X0. */
    Answer call(int vcpu, boolean legacy, long... x) {
        Answer answer = new Answer();
        unknown.clear();
        long word = x[legacy ? 0 : 1];
        int code = (int) word & 0xFFFF;
        Shape shape = SHAPES.get(code);
        boolean open = registers.osId != 0;
        if (!open && (shape == null || !shape.always)) {
            answer.refuse(choices.gated);
        }
        if (shape == null) {
            answer.refuse(2);
            if (OTHERS.get(code)) {
                answer.refuse(6);
                answer.refuse(3);
            }
            return answer;
        }
        if (!choices.has(shape.privilege)) {
            answer.refuse(6);
        }
        int count = (int) (word >>> 32) & 0xFFF;
        int start = (int) (word >>> 48) & 0xFFF;
        boolean fits = shape.list ? start < count : start == 0 && count == 0;
        if ((word & RESERVED) != 0 || (word >>> 17 & 0x3FF) != 0 || !fits) {
            answer.refuse(3);
        }
        int input = shape.input + (shape.list ? shape.element * count : 0);
        int output = shape.list ? shape.output * count : shape.output;
        if ((word >>> 16 & 1) != 0) {
            fast(answer, shape, vcpu, legacy, word, input, output, x);
        } else {
            memory(answer, shape, vcpu, legacy, word, input, output, x);
        }
        return answer;
    }

    private void fast(
            Answer answer, Shape shape, int vcpu, boolean legacy, long word, int input, int output, long... x) {
        int pairs = (input + 15) / 16;
        if (shape.memory || 16 * pairs + output > 128) {
            answer.refuse(3);
        }
        if (output > 0 && !choices.has(51)) {
            answer.refuse(6);
        }
        if (answer.isRefused()) {
            return;
        }
        int first = legacy ? 1 : 2;
        byte[] in = new byte[input + 8];
        for (int at = 0; at < input; at += 8) {
            store64(in, at, x[first + at / 8]);
        }
        int firstOutput = legacy ? 17 - 2 * ((output + 15) / 16) : first + 2 * pairs;
        byte[] out = new byte[128];
        if (!shape.list) {
            simple(answer, (int) word & 0xFFFF, vcpu, in, out);
            if (!answer.isRefused() && output > 0) {
                x[firstOutput] = load64(out, 0);
                x[firstOutput + 1] = load64(out, 8);
            }
            return;
        }
        int count = (int) (word >>> 32) & 0xFFF;
        int done = (int) (word >>> 48) & 0xFFF;
        for (; done < count; done++) {
            long[] value = new long[2];
            boolean known = element(answer, shape, vcpu, in, done, value);
            if (answer.isRefused()) {
                break;
            }
            if (output > 0) {
                int register = firstOutput + 2 * done;
                x[register] = value[0];
                x[register + 1] = value[1];
                if (!known) {
                    unknown.add(new Unknown(register, out, 0, name(shape, in, done), whose(vcpu, in)));
                }
            }
        }
        finish(answer, legacy, word, done, x);
    }

    private void memory(
            Answer answer, Shape shape, int vcpu, boolean legacy, long word, int input, int output, long... x) {
        long from = x[legacy ? 1 : 2];
        long to = x[legacy ? 2 : 3];
        place(answer, from, input, false);
        place(answer, to, output, true);
        if (answer.isRefused()) {
            return;
        }
        byte[] in = new byte[input];
        if (input > 0) {
            intercepts.require(from, InterceptModel.READ);
            System.arraycopy(page(from), (int) from & PAGE - 1, in, 0, input);
        }
        if (output > 0) {
            intercepts.require(to, InterceptModel.WRITE);
        }
        byte[] target = output > 0 ? page(to) : new byte[0];
        int at = (int) to & PAGE - 1;
        if (!shape.list) {
            byte[] out = new byte[16];
            simple(answer, (int) word & 0xFFFF, vcpu, in, out);
            if (!answer.isRefused() && output > 0) {
                System.arraycopy(out, 0, target, at, output);
            }
            return;
        }
        int count = (int) (word >>> 32) & 0xFFF;
        int done = (int) (word >>> 48) & 0xFFF;
        int end = Math.min(count, done + choices.reps);
        for (; done < end; done++) {
            long[] value = new long[2];
            boolean known = element(answer, shape, vcpu, in, done, value);
            if (answer.isRefused()) {
                break;
            }
            if (output > 0) {
                store64(target, at + 16 * done, value[0]);
                store64(target, at + 16 * done + 8, value[1]);
                if (!known) {
                    unknown.add(new Unknown(-1, target, at + 16 * done, name(shape, in, done), whose(vcpu, in)));
                }
            }
        }
        answer.isUnfinished = !answer.isRefused() && done < count;
        finish(answer, legacy, word, done, x);
    }

    private static void finish(Answer answer, boolean legacy, long word, int done, long... x) {
        answer.completed = done;
        if (answer.isUnfinished || !legacy) {
            x[legacy ? 0 : 1] = word & ~(0xFFFL << 48) | (long) done << 48;
        }
    }

    private void place(Answer answer, long address, int bytes, boolean written) {
        if (bytes == 0) {
            return;
        }
        if ((address & PAGE - 1) + bytes > PAGE) {
            answer.refuse(choices.straddle);
        }
        if ((address & 7) != 0) {
            answer.refuse(4);
        }
        if (!isThere(address, written)) {
            answer.refuse(choices.unreadable);
        }
    }

    private static int name(Shape shape, byte[] in, int index) {
        return load32(in, shape.input + index * shape.element);
    }

    private static int whose(int vcpu, byte[] in) {
        int named = load32(in, 8);
        return named == -2 ? vcpu : named;
    }

    /** One element of a list; false if only the machine knows the value. */
    private boolean element(Answer answer, Shape shape, int vcpu, byte[] in, int index, long... value) {
        int vtl = in[12];
        int named = load32(in, 8);
        if ((vtl & 0xE0) != 0) {
            answer.refuse(5);
        }
        if (load64(in, 0) != -1 || (vtl & 0x10) != 0 && (vtl & 0xF) != 0) {
            answer.refuse(6);
        }
        int target = named == -2 ? vcpu : named;
        if (target < 0 || target >= vcpus) {
            answer.refuse(0xE);
        } else if (target != vcpu && !choices.others) {
            answer.refuse(6);
        }
        int name = name(shape, in, index);
        if (answer.isRefused()) {
            // It is the same for each element, and nothing says which is looked at first.
            if (!registers.isKnown(name)) {
                answer.refuse(0x87);
            }
            return true;
        }
        if (shape.output > 0) {
            return registers.get(answer, target, name, value);
        }
        int at = shape.input + index * shape.element + 16;
        registers.set(answer, target, name, load64(in, at));
        return true;
    }

    private void simple(Answer answer, int code, int vcpu, byte[] in, byte... out) {
        switch (code) {
            case POST -> synic.guestPosts(answer, outside, in);
            case SIGNAL -> synic.guestSignals(answer, outside, load64(in, 0));
            case SynicModel.CREATE -> synic.guestCreates(answer, vcpu, in);
            case SynicModel.DELETE -> synic.guestDeletes(answer, in);
            case SynicModel.CONNECT -> synic.guestConnects(answer, in);
            case SynicModel.DISCONNECT -> synic.guestDisconnects(answer, in);
            case 0x46 -> store64(out, 0, 2);
            default -> {
                // a hint
            }
        }
    }
}
