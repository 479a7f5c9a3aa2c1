/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;
import org.jspecify.annotations.Nullable;

/**
 * The hypercall memory_op, number 12: command, structure (xen.md 3.3, 6.9, XEN-025 to XEN-029). The command is in the low
 * six bits of the argument; above them is how much of it has been done, for a call that is continued.
 *
 * @since 0.1
 */
public final class MemoryOp implements Hypercall {
    static final int PROGRESS_SHIFT = 6;

    private static final int COMMAND_MASK = (1 << PROGRESS_SHIFT) - 1;
    private static final int COMMANDS = COMMAND_MASK + 1;
    private static final int INCREASE_RESERVATION = 0;
    private static final int DECREASE_RESERVATION = 1;
    private static final int MAXIMUM_RAM_PAGE = 2;
    private static final int CURRENT_RESERVATION = 3;
    private static final int MAXIMUM_RESERVATION = 4;
    private static final int POPULATE_PHYSMAP = 6;
    private static final int ADD_TO_PHYSMAP = 7;
    private static final int MAXIMUM_GPFN = 14;
    private static final int REMOVE_FROM_PHYSMAP = 15;
    private static final int SHARING_FREED_PAGES = 18;
    private static final int SHARING_SHARED_PAGES = 19;
    private static final int ADD_TO_PHYSMAP_BATCH = 23;
    private static final int CLAIM_PAGES = 24;
    private static final int GET_VNUMAINFO = 26;
    private static final int ACQUIRE_RESOURCE = 28;

    private static final int CLAIM_BYTES = 32;
    private static final int VNUMAINFO_BYTES = 40;
    private static final int RESOURCE_BYTES = 32;

    private static final int SHARED_INFO = 0;
    private static final int GRANT_TABLE = 1;
    private static final int FOREIGN = 4;
    private static final int DEVICE = 5;
    private static final long NO_GFN = -1;
    private static final int MOST_PROGRESS = 0xFFFF;

    private final PhysicalMap map;
    private final SharedFrames frames;
    private final GrantTable grants;
    private final Reservation reservation;
    private final KnownDomains domains;
    private final @Nullable Command[] commands = new Command[COMMANDS];

    /** One command. */
    @FunctionalInterface
    interface Command {
        /** Carries out what is left; the start is 64 bits that the guest can choose. */
        long call(Caller caller, long start);
    }

    /** What a command says of a domain. */
    @FunctionalInterface
    private interface Figure {
        long value();
    }

    /**
     * Makes the call.
     *
     * @param map the physical map
     * @param frames where the pages of the hypervisor are in it
     * @param grants the grant table, which grows when frames of it are mapped
     * @param reservation how many pages the domain has
     * @param domains which domains there are
     */
    public MemoryOp(
            PhysicalMap map, SharedFrames frames, GrantTable grants, Reservation reservation, KnownDomains domains) {
        this.map = map;
        this.frames = frames;
        this.grants = grants;
        this.reservation = reservation;
        this.domains = domains;
        // The pages would have no place in the map, so that nobody could use them: none are free for that.
        commands[INCREASE_RESERVATION] = new ReservationCall(domains, (gfn, pages) -> false);
        commands[DECREASE_RESERVATION] = new ReservationCall(domains, this::release);
        commands[POPULATE_PHYSMAP] = new ReservationCall(domains, this::populate);
        commands[MAXIMUM_RAM_PAGE] = (caller, start) -> start == 0 ? map.lastGfn() + 1 : -XenError.EINVAL;
        commands[CURRENT_RESERVATION] = figure(reservation::pages);
        commands[MAXIMUM_RESERVATION] = figure(reservation::most);
        commands[MAXIMUM_GPFN] = figure(map::lastGfn);
        commands[ADD_TO_PHYSMAP] = this::add;
        commands[ADD_TO_PHYSMAP_BATCH] = this::addBatch;
        commands[REMOVE_FROM_PHYSMAP] = this::remove;
        commands[SHARING_FREED_PAGES] = (caller, start) -> 0;
        commands[SHARING_SHARED_PAGES] = (caller, start) -> 0;
        commands[CLAIM_PAGES] = refused(CLAIM_BYTES, XenError.EPERM);
        commands[GET_VNUMAINFO] = refused(VNUMAINFO_BYTES, XenError.EOPNOTSUPP);
        commands[ACQUIRE_RESOURCE] = refused(RESOURCE_BYTES, XenError.EPERM);
    }

    @Override
    public long call(Caller caller) {
        long argument = caller.argument(0);
        Command command = commands[(int) argument & COMMAND_MASK];
        return command == null ? -XenError.ENOSYS : command.call(caller, argument >>> PROGRESS_SHIFT);
    }

    /** Has the guest make the call again, with what is done in the upper bits of the command. */
    static long continueLater(Caller caller, long done) {
        caller.argument(0, caller.argument(0) & COMMAND_MASK | done << PROGRESS_SHIFT);
        return caller.continueLater();
    }

    /** What is refused is read before. */
    private static Command refused(int bytes, int error) {
        return (caller, start) -> caller.readStruct(caller.argument(1), bytes) ? -error : -XenError.EFAULT;
    }

    private Command figure(Figure figure) {
        return (caller, start) -> {
            if (start != 0) {
                return -XenError.EINVAL;
            }
            if (!caller.readStruct(caller.argument(1), Short.BYTES)) {
                return -XenError.EFAULT;
            }
            int error = domains.judge(caller.struct().u16(0));
            return error == 0 ? figure.value() : -error;
        };
    }

    private boolean release(long gfn, int pages) {
        for (int i = 0; i < pages; i++) {
            if (!map.unmap(gfn + i)) {
                return false;
            }
            if (!frames.replaced(gfn + i)) {
                reservation.give(1);
            }
        }
        return true;
    }

    /** All pages of an extent or none. */
    private boolean populate(long gfn, int pages) {
        if (!reservation.take(pages)) {
            return false;
        }
        for (int i = 0; i < pages; i++) {
            if (!map.populate(gfn + i)) {
                for (int j = 0; j < i; j++) {
                    map.unmap(gfn + j);
                }
                reservation.give(pages);
                return false;
            }
            frames.replaced(gfn + i);
        }
        return true;
    }

    private long add(Caller caller, long start) {
        // Only a range could be done in parts, and there are none on ARM.
        if (start < 0 || start > MOST_PROGRESS) {
            return -XenError.EDOM;
        }
        Struct struct = caller.struct();
        if (!caller.readStruct(caller.argument(1), 24)) {
            return -XenError.EFAULT;
        }
        int space = struct.u32(4);
        if (space == FOREIGN) {
            return -XenError.ENOSYS;
        }
        int error = domains.judge(struct.u16(0));
        return error == 0 ? -map(space, struct.u64(8), struct.u64(16)) : -error;
    }

    /** Maps one page; returns 0 or an error. */
    private int map(int space, long index, long gfn) {
        if (gfn == NO_GFN) {
            return XenError.EINVAL;
        }
        return switch (space) {
            case SHARED_INFO -> index == 0 ? frames.map(0, gfn) : XenError.EINVAL;
            case GRANT_TABLE -> mapGrantFrame(index, gfn);
            case DEVICE -> XenError.EACCES;
            default -> XenError.ENOSYS;
        };
    }

    /** Bit 31 of the index asks for a frame of version 2: too large as well. */
    private int mapGrantFrame(long index, long gfn) {
        return index < 0 || index >= grants.most() || !grants.growTo(index + 1)
                ? XenError.EINVAL
                : frames.map((int) index + 1, gfn);
    }

    /** Each page has an error of its own; the call fails only if an array cannot be read or written. */
    private long addBatch(Caller caller, long start) {
        if (start < 0 || start > MOST_PROGRESS) {
            return -XenError.EDOM;
        }
        Struct struct = caller.struct();
        if (!caller.readStruct(caller.argument(1), 32)) {
            return -XenError.EFAULT;
        }
        int space = struct.u16(2);
        int size = struct.u16(4);
        int other = struct.u16(6);
        long indices = struct.u64(8);
        long gfns = struct.u64(16);
        long errors = struct.u64(24);
        if (size < start) {
            return -XenError.EILSEQ;
        }
        int error = domains.judge(struct.u16(0));
        if (error != 0) {
            return -error;
        }
        if (space != FOREIGN && other != 0) {
            return -XenError.EOPNOTSUPP;
        }
        for (long i = start; i < size; i++) {
            if (lacks(caller, indices + i * Long.BYTES, Long.BYTES)
                    || lacks(caller, gfns + i * Long.BYTES, Long.BYTES)
                    || lacks(caller, errors + i * Integer.BYTES, Integer.BYTES)) {
                return continueLater(caller, i);
            }
            if (!caller.readStruct(indices + i * Long.BYTES, Long.BYTES)) {
                return -XenError.EFAULT;
            }
            long index = struct.u64(0);
            if (!caller.readStruct(gfns + i * Long.BYTES, Long.BYTES)) {
                return -XenError.EFAULT;
            }
            long gfn = struct.u64(0);
            struct.u32(0, -(space == FOREIGN ? foreign(other, gfn) : map(space, index, gfn)));
            if (!caller.writeStruct(errors + i * Integer.BYTES, Integer.BYTES)) {
                return -XenError.EFAULT;
            }
            if (i + 1 < size && caller.hasWorkedEnough()) {
                return continueLater(caller, i + 1);
            }
        }
        return 0;
    }

    /** Whether the call has to wait for a page. A page cannot be mapped twice, so that this has to be known before. */
    private static boolean lacks(Caller caller, long address, int bytes) {
        return !caller.readStruct(address, bytes) && caller.lacksPage();
    }

    /** An unprivileged domain maps nothing of another; that it cannot name itself is another error. */
    private int foreign(int other, long gfn) {
        int error = domains.judge(other);
        return gfn == NO_GFN || error == 0 ? XenError.EINVAL : error;
    }

    private long remove(Caller caller, long start) {
        if (start != 0) {
            return -XenError.EINVAL;
        }
        Struct struct = caller.struct();
        if (!caller.readStruct(caller.argument(1), 16)) {
            return -XenError.EFAULT;
        }
        int error = domains.judge(struct.u16(0));
        if (error != 0) {
            return -error;
        }
        long gfn = struct.u64(8);
        if (!map.unmap(gfn)) {
            return -XenError.ENOENT;
        }
        frames.replaced(gfn);
        return 0;
    }
}
