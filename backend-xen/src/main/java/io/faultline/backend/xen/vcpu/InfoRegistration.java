/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/** VCPUOP_register_vcpu_info, its checks in the order of Xen (xen.md 3.4). The vCPU in argument 1 exists. */
final class InfoRegistration implements Hypercall {
    private static final int BYTES = 16;
    private static final int FRAME_NUMBER = 0;
    private static final int OFFSET = 8;
    private static final long MOST_FRAMES = 1L << Long.SIZE - PageSize.SHIFT;

    private final Host host;
    private final VcpuPolicy policy;
    private final GuestFrames frames;
    private final InfoPlaces places;

    @Inject
    InfoRegistration(Host host, VcpuPolicy policy, GuestFrames frames, InfoPlaces places) {
        this.host = host;
        this.policy = policy;
        this.frames = frames;
        this.places = places;
    }

    @Override
    public long call(Caller caller) {
        if (!caller.readStruct(caller.argument(2), BYTES)) {
            return -XenError.EFAULT;
        }
        int vcpu = caller.word(1);
        long gfn = caller.struct().u64(FRAME_NUMBER);
        int offset = caller.struct().u32(OFFSET);
        int refusal = policy.registration() == RegistrationChecks.OLDER
                ? refusalOfOlder(caller.vcpu(), vcpu, offset)
                : refusal(vcpu, gfn, offset);
        if (refusal != 0) {
            return -refusal;
        }
        Frame frame = frames.ram(gfn);
        if (frame == null) {
            return -XenError.EINVAL;
        }
        places.register(vcpu, frame, offset);
        return 0;
    }

    private int refusal(int vcpu, long gfn, int offset) {
        if (Long.compareUnsigned(gfn, MOST_FRAMES) >= 0 || Integer.compareUnsigned(offset, PageSize.BYTES) >= 0) {
            return XenError.EINVAL;
        }
        if (places.isRegistered(vcpu)) {
            return XenError.EBUSY;
        }
        return isPlaced(offset) ? 0 : policy.misplacedInfo().error();
    }

    /** Its frame number is not looked at here: there is no memory at one that is too large. */
    private int refusalOfOlder(int caller, int vcpu, int offset) {
        if (Integer.compareUnsigned(offset, PageSize.BYTES) >= 0 || !isPlaced(offset)) {
            return policy.misplacedInfo().error();
        }
        boolean othersBusiness = vcpu != caller && host.vcpu(vcpu).isOn();
        return places.isRegistered(vcpu) || othersBusiness ? XenError.EINVAL : 0;
    }

    /** Whether a vcpu_info fits at an offset, 0 to 4095, of a page and is aligned. */
    static boolean isPlaced(int offset) {
        return offset <= PageSize.BYTES - VcpuInfo.BYTES && offset % VcpuInfo.ALIGNMENT == 0;
    }
}
