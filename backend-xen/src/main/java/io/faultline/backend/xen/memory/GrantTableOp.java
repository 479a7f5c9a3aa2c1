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
 * The hypercall grant_table_op, number 20: command, array of structures, count (xen.md 6.8, XEN-184).
 *
 * <p>A guest can set its table up and fill it. Nobody maps what it grants, and it maps nothing itself: mapping and copying
 * are denied between guests, as under a policy that isolates them, and no other domain grants it anything.
 *
 * @since 0.1
 */
public final class GrantTableOp implements Hypercall {
    private static final int COMMAND_MASK = 0xFFF;
    private static final int CACHE_FLUSH = 12;
    private static final int PAGE_BYTES = 4096;
    private static final int VERSION_1 = 1;
    private static final int VERSION_2 = 2;

    private final GrantTable table;
    private final SharedFrames frames;
    private final KnownDomains domains;
    private final @Nullable Command[] commands;

    /** One structure; returns 0 if it goes back to the guest and the call goes on, or an error that ends the call. */
    @FunctionalInterface
    private interface Step {
        int take(Caller caller, Struct struct);
    }

    /**
     * A command.
     *
     * @param bytes size of its structure
     * @param single whether the count must be 1
     * @param step what is done with each structure
     */
    private record Command(int bytes, boolean single, Step step) {}

    /**
     * Makes the call.
     *
     * @param table the table
     * @param frames where the guest has mapped it
     * @param domains which domains there are
     */
    public GrantTableOp(GrantTable table, SharedFrames frames, KnownDomains domains) {
        this.table = table;
        this.frames = frames;
        this.domains = domains;
        this.commands = new @Nullable Command[] {
            new Command(32, false, (caller, struct) -> foreign(struct, struct.u16(16), 18)),
            new Command(24, false, (caller, struct) -> status(struct, 20, GrantStatus.BAD_HANDLE)),
            new Command(24, true, this::setUp),
            null,
            null,
            new Command(40, false, this::copy),
            new Command(16, true, this::querySize),
            new Command(32, false, (caller, struct) -> status(struct, 28, GrantStatus.BAD_HANDLE)),
            null,
            new Command(16, true, this::statusFrames),
            new Command(8, false, this::version),
            new Command(12, false, this::swap),
            new Command(16, false, GrantTableOp::flushCache),
        };
    }

    @Override
    public long call(Caller caller) {
        int word = caller.word(0);
        int count = caller.word(2);
        int number = word & COMMAND_MASK;
        if (count < 0 || word != number && number != CACHE_FLUSH) {
            return -XenError.EINVAL;
        }
        if (number == 8) {
            return setVersion(caller);
        }
        Command command = number < commands.length ? commands[number] : null;
        if (command == null) {
            return -XenError.ENOSYS;
        }
        if (command.single() && count != 1) {
            return -XenError.EINVAL;
        }
        return each(caller, command, count);
    }

    private static long each(Caller caller, Command command, int count) {
        long address = caller.argument(1);
        for (int left = count; left > 0; left--) {
            if (!caller.readStruct(address, command.bytes())) {
                return caller.lacksPage() ? continueLater(caller, address, left) : -XenError.EFAULT;
            }
            int error = command.step().take(caller, caller.struct());
            if (error != 0) {
                return -error;
            }
            if (!caller.writeStruct(address, command.bytes())) {
                return -XenError.EFAULT;
            }
            address += command.bytes();
            if (left > 1 && caller.hasWorkedEnough()) {
                return continueLater(caller, address, left - 1);
            }
        }
        return 0;
    }

    private static long continueLater(Caller caller, long address, int left) {
        caller.argument(1, address);
        caller.argument(2, left);
        return caller.continueLater();
    }

    private static int status(Struct struct, int offset, int value) {
        struct.u16(offset, value);
        return 0;
    }

    /** A grant of another domain. DOMID_SELF is not a name that these operations know. */
    private int foreign(Struct struct, int domain, int offset) {
        boolean there = domain == domains.own() || domains.exists(domain);
        return status(struct, offset, there ? GrantStatus.PERMISSION_DENIED : GrantStatus.BAD_DOMAIN);
    }

    private int copy(Caller caller, Struct struct) {
        boolean there =
                domains.judge(struct.u16(8)) != XenError.ESRCH && domains.judge(struct.u16(24)) != XenError.ESRCH;
        return status(struct, 36, there ? GrantStatus.PERMISSION_DENIED : GrantStatus.BAD_DOMAIN);
    }

    /** The status for a table that is not the caller's; 0 if it is. */
    private int ownership(int domain) {
        return switch (domains.judge(domain)) {
            case 0 -> GrantStatus.OKAY;
            case XenError.ESRCH -> GrantStatus.BAD_DOMAIN;
            default -> GrantStatus.PERMISSION_DENIED;
        };
    }

    private int querySize(Caller caller, Struct struct) {
        int status = ownership(struct.u16(0));
        if (status == GrantStatus.OKAY) {
            struct.u32(4, table.size());
            struct.u32(8, table.most());
        }
        return status(struct, 12, status);
    }

    /** The list is written where the guest says; a frame that is not mapped has no number. */
    private int setUp(Caller caller, Struct struct) {
        int status = ownership(struct.u16(0));
        int wanted = struct.u32(4);
        if (status == GrantStatus.OKAY && !table.growTo(Integer.toUnsignedLong(wanted))) {
            status = GrantStatus.GENERAL_ERROR;
        }
        status(struct, 8, status);
        if (status != GrantStatus.OKAY) {
            return 0;
        }
        long list = struct.u64(16);
        byte[] number = new byte[Long.BYTES];
        for (int i = 0; i < wanted; i++) {
            long gfn = frames.gfn(i + 1);
            for (int j = 0; j < number.length; j++) {
                number[j] = (byte) (gfn >>> 8 * j);
            }
            if (!caller.write(list + (long) i * Long.BYTES, number, 0, number.length)) {
                return XenError.EFAULT;
            }
        }
        return 0;
    }

    /** There are status frames with version 2 only. */
    private int statusFrames(Caller caller, Struct struct) {
        int status = ownership(struct.u16(4));
        return status(struct, 6, status == GrantStatus.OKAY ? GrantStatus.GENERAL_ERROR : status);
    }

    private int version(Caller caller, Struct struct) {
        int error = domains.judge(struct.u16(0));
        struct.u32(4, VERSION_1);
        return error;
    }

    private int swap(Caller caller, Struct struct) {
        int one = struct.u32(0);
        int other = struct.u32(4);
        boolean there = table.hasEntry(one) && table.hasEntry(other);
        if (there) {
            table.swap(one, other);
        }
        return status(struct, 8, there ? GrantStatus.OKAY : GrantStatus.BAD_REFERENCE);
    }

    /** The guest has no frames of the machine that it could name: its numbers are its own. */
    private static int flushCache(Caller caller, Struct struct) {
        int offset = struct.u16(8);
        int length = struct.u16(10);
        if (offset >= PAGE_BYTES || length > PAGE_BYTES || offset + length > PAGE_BYTES) {
            return XenError.EINVAL;
        }
        return length == 0 || struct.u32(12) == 0 ? 0 : XenError.EPERM;
    }

    /** Version 2 is not there on ARM; the structure says which one is, even though the call fails (XSA-268). */
    private static long setVersion(Caller caller) {
        long address = caller.argument(1);
        if (!caller.readStruct(address, Integer.BYTES)) {
            return -XenError.EFAULT;
        }
        int wanted = caller.struct().u32(0);
        caller.struct().u32(0, VERSION_1);
        if (!caller.writeStruct(address, Integer.BYTES)) {
            return -XenError.EFAULT;
        }
        return switch (wanted) {
            case VERSION_1 -> 0;
            case VERSION_2 -> -XenError.ENOSYS;
            default -> -XenError.EINVAL;
        };
    }
}
