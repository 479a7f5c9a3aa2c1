/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;
import java.util.Objects;

/**
 * The hypercall async_page_fault_op, number {@value #NUMBER}: the command is in argument 0, a question or the address of a
 * structure in argument 1. The number is one that Xen leaves to architectures and Arm does not use. Each vCPU speaks of itself.
 *
 * @since 0.1
 */
public final class PageFaultOp implements Hypercall {
    /** Number of the hypercall. */
    public static final int NUMBER = 55;
    /** Ask what there is. */
    public static final int QUERY = 0;
    /** Register area and port of the calling vCPU. */
    public static final int REGISTER = 1;
    /** Take the registration of the calling vCPU back. */
    public static final int UNREGISTER = 2;

    /** Question: version of the interface. */
    public static final int ASK_VERSION = 0;
    /** Question: flags of a registration. */
    public static final int ASK_FLAGS = 1;
    /** Question: largest number of announced faults outstanding on one vCPU. */
    public static final int ASK_SLOTS = 2;
    /** Question: largest number of places of a ring. */
    public static final int ASK_ENTRIES = 3;

    /** Version of the interface. */
    public static final int VERSION = 1;

    private static final int REGISTER_BYTES = 24;
    private static final long MOST_FRAMES = 1L << Long.SIZE - PageSize.SHIFT;

    private final Registrations registrations;
    private final GuestFrames frames;
    private final Policy policy;

    /**
     * Makes the hypercall of a domain.
     *
     * @param registrations what the machine has registered
     * @param frames finds memory by frame number
     * @param policy what the engine does
     */
    public PageFaultOp(Registrations registrations, GuestFrames frames, Policy policy) {
        this.registrations = Objects.requireNonNull(registrations, "registrations");
        this.frames = Objects.requireNonNull(frames, "frames");
        this.policy = Objects.requireNonNull(policy, "policy");
    }

    @Override
    public long call(Caller caller) {
        return switch (caller.word(0)) {
            case QUERY -> query(caller);
            case REGISTER -> register(caller);
            case UNREGISTER -> unregister(caller);
            default -> -XenError.ENOSYS;
        };
    }

    /** Any question of the list; a guest can ask without memory. */
    private long query(Caller caller) {
        return switch (caller.word(1)) {
            case ASK_VERSION -> VERSION;
            case ASK_FLAGS -> Registration.FLAGS;
            case ASK_SLOTS -> policy.limit();
            case ASK_ENTRIES -> SharedArea.MOST_ENTRIES;
            default -> -XenError.EINVAL;
        };
    }

    /** Everything that can fail comes first. */
    private long register(Caller caller) {
        if (!caller.readStruct(caller.argument(1), REGISTER_BYTES)) {
            return -XenError.EFAULT;
        }
        int vcpu = caller.vcpu();
        Struct struct = caller.struct();
        long gfn = struct.u64(0);
        int offset = struct.u32(8);
        int port = struct.u32(12);
        int entries = struct.u32(16);
        int flags = struct.u32(20);
        boolean isPossible = (flags & ~Registration.FLAGS) == 0
                && SharedArea.isRing(entries)
                && Long.compareUnsigned(gfn, MOST_FRAMES) < 0
                && Integer.compareUnsigned(offset, PageSize.BYTES) < 0
                && offset % SharedArea.ALIGNMENT == 0;
        if (!isPossible
                || registrations.of(vcpu) != null
                || !registrations.channels().isOwn(port, vcpu)) {
            return -XenError.EINVAL;
        }
        if (!SharedArea.isPlaced(offset, entries)) {
            return -XenError.ENXIO;
        }
        Frame frame = frames.ram(gfn);
        if (frame == null) {
            return -XenError.EINVAL;
        }
        registrations.register(vcpu, new Registration(new SharedArea(frame, offset, entries), port, flags));
        return 0;
    }

    private long unregister(Caller caller) {
        if (registrations.of(caller.vcpu()) == null) {
            return -XenError.ENOENT;
        }
        registrations.unregister(caller.vcpu());
        return 0;
    }
}
